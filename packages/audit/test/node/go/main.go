// Checks a log of ours with the Go project's own code: golang.org/x/mod/sumdb/note and tlog.
// It gets a folder, a key, and a file of proofs, and answers with one line: "good" or what is wrong.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proofs struct {
	Older      string     `json:"older"`
	Inclusions []inclusion `json:"inclusions"`
	Extends    []string   `json:"extends"`
}

type inclusion struct {
	Index  int64    `json:"index"`
	Leaf   string   `json:"leaf"`
	Hashes []string `json:"hashes"`
}

type head struct {
	size int64
	root tlog.Hash
}

func open(text, vkey string) (head, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return head{}, err
	}
	n, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return head{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return head{}, fmt.Errorf("not a checkpoint of this log")
	}
	var h head
	if _, err := fmt.Sscanf(lines[1], "%d", &h.size); err != nil {
		return head{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	h.root = root
	return h, err
}

// tiles reads our files where x/mod wants its own: tile/8/0/000 there is tile/0/000 here.
type tiles struct{ folder string }

func (t tiles) Height() int                               { return 8 }
func (t tiles) SaveTiles(wanted []tlog.Tile, data [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func hashes(texts []string) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, text := range texts {
		h, err := tlog.ParseHash(text)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

// entries reads every bundle and checks each entry's hash against the tiles.
func entries(folder string, size int64, reader tlog.HashReader) error {
	for n := int64(0); n*256 < size; n++ {
		width := 256
		if size-n*256 < 256 {
			width = int(size - n*256)
		}
		path := strings.Replace(tlog.Tile{H: 8, L: 0, N: n, W: width}.Path(), "tile/8/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			return err
		}
		indexes := make([]int64, width)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, n*256+int64(i))
		}
		stored, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, hash := range stored {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return fmt.Errorf("bundle %s is short", path)
			}
			length := 2 + int(binary.BigEndian.Uint16(data))
			if hash != tlog.RecordHash(data[2:length]) {
				return fmt.Errorf("entry %d has another hash", n*256+int64(i))
			}
			data = data[length:]
		}
		if len(data) != 0 {
			return fmt.Errorf("bundle %s is long", path)
		}
	}
	return nil
}

func check(folder, vkey, proofFile string) error {
	checkpoint, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	now, err := open(string(checkpoint), vkey)
	if err != nil {
		return err
	}
	var given proofs
	text, err := os.ReadFile(proofFile)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &given); err != nil {
		return err
	}
	for _, one := range given.Inclusions {
		leaf, err := base64.StdEncoding.DecodeString(one.Leaf)
		if err != nil {
			return err
		}
		path, err := hashes(one.Hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(path, now.size, now.root, one.Index, tlog.RecordHash(leaf)); err != nil {
			return err
		}
	}
	if given.Older != "" {
		older, err := open(given.Older, vkey)
		if err != nil {
			return err
		}
		path, err := hashes(given.Extends)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(path, now.size, now.root, older.size, older.root); err != nil {
			return err
		}
	}
	if now.size == 0 {
		return nil
	}
	tree := tlog.Tree{N: now.size, Hash: now.root}
	return entries(folder, now.size, tlog.TileHashReader(tree, tiles{folder}))
}

func main() {
	if err := check(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("good")
}
