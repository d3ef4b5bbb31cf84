// Checks cosigned checkpoints with the Go project's note package and a cosignature verifier of its own, written from
// c2sp.org/tlog-cosignature. It gets a file of notes with the keys to open them by, and answers one line for each:
// "good" with the names that signed, or what is wrong.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

type request struct {
	Note  string   `json:"note"`
	Vkeys []string `json:"vkeys"`
}

// cosigner is a note.Verifier of type 0x04.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(text), sig[8:])
}

func verifier(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("no vkey")
	}
	body, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, err
	}
	if len(body) != 33 || body[0] != 4 {
		return note.NewVerifier(vkey)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), body...))
	if hex.EncodeToString(sum[:4]) != parts[1] {
		return nil, fmt.Errorf("wrong key id")
	}
	return cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), ed25519.PublicKey(body[1:])}, nil
}

func check(r request) (string, error) {
	var known []note.Verifier
	for _, vkey := range r.Vkeys {
		v, err := verifier(vkey)
		if err != nil {
			return "", err
		}
		known = append(known, v)
	}
	n, err := note.Open([]byte(r.Note), note.VerifierList(known...))
	if err != nil {
		return "", err
	}
	answer := "good"
	for _, sig := range n.Sigs {
		answer += " " + sig.Name
	}
	return fmt.Sprintf("%s, unknown %d", answer, len(n.UnverifiedSigs)), nil
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var requests []request
	if err := json.Unmarshal(data, &requests); err != nil {
		panic(err)
	}
	for _, r := range requests {
		answer, err := check(r)
		if err != nil {
			answer = "bad: " + err.Error()
		}
		fmt.Println(answer)
	}
}
