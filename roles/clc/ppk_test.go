package clc_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/crypto/ssh"

	"ecc/store"
)

// PuTTY itself reads the keys, and they are the halves of those kept.
func TestPuTTYReadsKeys(t *testing.T) {
	puttygen, err := exec.LookPath("puttygen")
	if err != nil {
		t.Fatal("puttygen is missing: install putty-tools (make deps does)")
	}
	f := newCloud(t)
	for n := range 12 { // seeds that end with zeros are rare; different ones are not
		typ := []types.KeyType{types.KeyTypeEd25519, types.KeyTypeRsa}[n/10]
		out := must[*sdk.CreateKeyPairOutput](t)(f.alice.ec2.CreateKeyPair(t.Context(), &sdk.CreateKeyPairInput{
			KeyName: aws.String(string(typ) + string(rune('a'+n))), KeyType: typ, KeyFormat: types.KeyFormatPpk}))
		path := filepath.Join(t.TempDir(), "key.ppk")
		ok(t, os.WriteFile(path, []byte(*out.KeyMaterial), 0o600))
		text, err := exec.CommandContext(t.Context(), puttygen, path, "-O", "private-openssh", "-o", path+".pem").CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", typ, err, text)
		}
		signer := must[ssh.Signer](t)(ssh.ParsePrivateKey(must[[]byte](t)(os.ReadFile(path + ".pem"))))
		f.view(func(tx *store.Tx) {
			for k := range tx.KeyPairs().By(store.ByName, string(f.alice.account.ID)+"/"+*out.KeyName) {
				kept, _, _, _, err := ssh.ParseAuthorizedKey([]byte(k.PublicKey))
				ok(t, err)
				same(t, "public half", string(kept.Marshal()), string(signer.PublicKey().Marshal()))
			}
		})
	}
}
