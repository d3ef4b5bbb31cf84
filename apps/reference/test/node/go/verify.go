// Checks a demo's log and receipt with golang.org/x/mod alone: checkpoint, every entry, inclusion of the receipt's leaf.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error, what string) {
	if err != nil {
		fmt.Printf("refused: %s: %v\n", what, err)
		os.Exit(1)
	}
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = h[index]
	}
	return out, nil
}

// openCheckpoint gives size and root of a signed note.
func openCheckpoint(signed []byte, vkey string) (int64, tlog.Hash) {
	verifier, err := note.NewVerifier(vkey)
	check(err, "log key")
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check(err, "checkpoint")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		check(fmt.Errorf("%d lines", len(lines)), "checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err, "root")
	var hash tlog.Hash
	copy(hash[:], root)
	return size, hash
}

func main() {
	folder, proofPath := os.Args[1], os.Args[2]
	key, err := os.ReadFile(filepath.Join(folder, "log.vkey"))
	check(err, "log key")
	vkey := strings.TrimSpace(string(key))
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	check(err, "checkpoint")
	size, root := openCheckpoint(signed, vkey)

	// Every entry of the last bundle (the demo's log has one), rebuilt into a tree.
	bundle, err := os.ReadFile(filepath.Join(folder, "tile", "entries", "000.p", strconv.FormatInt(size, 10)))
	check(err, "entries")
	var entries [][]byte
	for len(bundle) > 0 {
		n := int(binary.BigEndian.Uint16(bundle))
		entries = append(entries, bundle[2:2+n])
		bundle = bundle[2+n:]
	}
	var stored hashes
	for i, entry := range entries {
		more, err := tlog.StoredHashesForRecordHash(int64(i), tlog.RecordHash(entry), stored)
		check(err, "hashes")
		stored = append(stored, more...)
	}
	rebuilt, err := tlog.TreeHash(size, stored)
	check(err, "tree")
	if int64(len(entries)) != size || rebuilt != root {
		check(fmt.Errorf("root differs"), "tree")
	}

	// The receipt: index, path and an older checkpoint of its own.
	proof, err := os.ReadFile(proofPath)
	check(err, "proof")
	head, rest, _ := strings.Cut(string(proof), "\n\n")
	lines := strings.Split(head, "\n")
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	check(err, "index")
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		raw, err := base64.StdEncoding.DecodeString(line)
		check(err, "path")
		var hash tlog.Hash
		copy(hash[:], raw)
		path = append(path, hash)
	}
	atSize, atRoot := openCheckpoint([]byte(rest), vkey)
	check(tlog.CheckRecord(path, atSize, atRoot, index, tlog.RecordHash(entries[index])), "inclusion")
	older, err := tlog.ProveTree(size, atSize, stored)
	check(err, "consistency")
	check(tlog.CheckTree(older, size, root, atSize, atRoot), "consistency")
	fmt.Printf("good: %d entries, entry %d included at size %d\n", size, index, atSize)
}
