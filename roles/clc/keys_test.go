package clc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/crypto/ssh"

	"ecc/cloud"
	"ecc/store"
)

// tool runs a program that another project wrote, to check ours against it.
func tool(t *testing.T, name string, arg ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not on this host", name)
	}
	out, err := exec.CommandContext(t.Context(), path, arg...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, arg, err)
	}
	return out
}

func colons(b []byte) string {
	s := hex.EncodeToString(b)
	parts := make([]string, 0, len(b))
	for k := 0; k < len(s); k += 2 {
		parts = append(parts, s[k:k+2])
	}
	return strings.Join(parts, ":")
}

// A made key is one ssh-keygen and openssl read, its fingerprint is the one
// they compute as AWS documents it, and its private half is kept nowhere.
func TestCreateKeyPair(t *testing.T) {
	for typ, fingerprint := range map[types.KeyType]func(t *testing.T, file string) string{
		types.KeyTypeRsa: func(t *testing.T, file string) string { // SHA-1 of the private key in PKCS #8
			der := tool(t, "openssl", "pkcs8", "-in", file, "-inform", "PEM", "-outform", "DER", "-topk8", "-nocrypt")
			sum := sha1.Sum(der)
			return colons(sum[:])
		},
		types.KeyTypeEd25519: sshKeygen,
	} {
		t.Run(string(typ), func(t *testing.T) {
			f := newCloud(t)
			out := must[*sdk.CreateKeyPairOutput](t)(f.alice.ec2.CreateKeyPair(t.Context(), &sdk.CreateKeyPairInput{KeyName: aws.String("a key"), KeyType: typ,
				TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeKeyPair, Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}}}))
			file := filepath.Join(t.TempDir(), "key")
			ok(t, os.WriteFile(file, []byte(*out.KeyMaterial), 0o600))
			same(t, "fingerprint", fingerprint(t, file), *out.KeyFingerprint)
			public := strings.TrimSpace(string(tool(t, "ssh-keygen", "-y", "-f", file)))
			f.view(func(tx *store.Tx) {
				k, _ := tx.KeyPairs().Get(cloud.KeyPairID(*out.KeyPairId))
				same(t, "public key", strings.Fields(public)[:2], strings.Fields(k.PublicKey)[:2])
				same(t, "type", string(typ), k.Type)
				if strings.Contains(k.PublicKey, "PRIVATE") || strings.Contains(k.PublicKey, (*out.KeyMaterial)[100:140]) {
					t.Error("the private half was kept")
				}
			})
			same(t, "tags", map[string]string{"k": "v"}, f.alice.tagsOf(*out.KeyPairId))
		})
	}
}

// sshKeygen is the fingerprint of a public or private key as ssh-keygen
// computes it, with the padding that EC2 shows.
func sshKeygen(t *testing.T, file string) string {
	return strings.TrimPrefix(strings.Fields(string(tool(t, "ssh-keygen", "-l", "-E", "sha256", "-f", file)))[1], "SHA256:") + "="
}

func TestImportKeyPair(t *testing.T) {
	for _, typ := range []string{"rsa", "ed25519"} {
		t.Run(typ, func(t *testing.T) {
			f := newCloud(t)
			file := filepath.Join(t.TempDir(), "key")
			tool(t, "ssh-keygen", "-q", "-t", typ, "-N", "", "-C", "somebody@host", "-f", file)
			line := must[[]byte](t)(os.ReadFile(file + ".pub"))
			var want string
			switch typ {
			case "rsa": // MD5 of the public key in DER
				pem := filepath.Join(t.TempDir(), "pem")
				ok(t, os.WriteFile(pem, tool(t, "ssh-keygen", "-e", "-m", "PKCS8", "-f", file+".pub"), 0o600))
				sum := md5.Sum(tool(t, "openssl", "pkey", "-pubin", "-in", pem, "-outform", "DER"))
				want = colons(sum[:])
				again := must[*sdk.ImportKeyPairOutput](t)(f.alice.ec2.ImportKeyPair(t.Context(), &sdk.ImportKeyPairInput{KeyName: aws.String("as PEM"),
					PublicKeyMaterial: must[[]byte](t)(os.ReadFile(pem))}))
				same(t, "fingerprint of the PEM", want, *again.KeyFingerprint)
			default:
				want = sshKeygen(t, file+".pub")
			}
			out := must[*sdk.ImportKeyPairOutput](t)(f.alice.ec2.ImportKeyPair(t.Context(), &sdk.ImportKeyPairInput{KeyName: aws.String("k"), PublicKeyMaterial: line}))
			same(t, "fingerprint", want, *out.KeyFingerprint)
			told := must[*sdk.DescribeKeyPairsOutput](t)(f.alice.ec2.DescribeKeyPairs(t.Context(), &sdk.DescribeKeyPairsInput{KeyNames: []string{"k"}, IncludePublicKey: aws.Bool(true)}))
			same(t, "public key", strings.Fields(string(line))[1], strings.Fields(*told.KeyPairs[0].PublicKey)[1])
			same(t, "type", typ, string(told.KeyPairs[0].KeyType))
		})
	}
}

func TestKeyPairRefusals(t *testing.T) {
	f := newCloud(t)
	_, line, err := newEd25519()
	ok(t, err)
	good := base64.StdEncoding.EncodeToString([]byte(line))
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	curve := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	ecdsaLine := string(ssh.MarshalAuthorizedKey(must[ssh.PublicKey](t)(ssh.NewPublicKey(curve.Public()))))
	imported := args{"KeyName": "k", "PublicKeyMaterial": good}
	ok(t, f.alice.query2("ImportKeyPair", imported))
	for name, c := range map[string]struct {
		action string
		a      args
		code   string
	}{
		"name taken":           {"ImportKeyPair", imported, "InvalidKeyPair.Duplicate"},
		"made under a taken":   {"CreateKeyPair", args{"KeyName": "k", "KeyType": "ed25519"}, "InvalidKeyPair.Duplicate"},
		"no name":              {"CreateKeyPair", nil, "MissingParameter"},
		"long name":            {"CreateKeyPair", args{"KeyName": strings.Repeat("x", 256)}, "InvalidParameterValue"},
		"second key in a name": {"ImportKeyPair", imported.with(args{"KeyName": "a\nssh-ed25519 AAAA"}), "InvalidParameterValue"},
		"name with a space":    {"ImportKeyPair", imported.with(args{"KeyName": " k2"}), "InvalidParameterValue"},
		"unknown type":         {"CreateKeyPair", args{"KeyName": "x", "KeyType": "dsa"}, "InvalidParameterValue"},
		"unknown format":       {"CreateKeyPair", args{"KeyName": "x", "KeyFormat": "der"}, "InvalidParameterValue"},
		"no key":               {"ImportKeyPair", args{"KeyName": "x", "PublicKeyMaterial": encode("hello")}, "InvalidKey.Format"},
		"two keys":             {"ImportKeyPair", args{"KeyName": "x", "PublicKeyMaterial": encode(line + line)}, "InvalidKey.Format"},
		"key on a curve":       {"ImportKeyPair", args{"KeyName": "x", "PublicKeyMaterial": encode(ecdsaLine)}, "InvalidKey.Format"},
		"large key":            {"ImportKeyPair", args{"KeyName": "x", "PublicKeyMaterial": encode(strings.Repeat("x", 20000))}, "InvalidKey.Format"},
		"no base64":            {"ImportKeyPair", args{"KeyName": "x", "PublicKeyMaterial": "%"}, "InvalidParameterValue"},
		"tags of another kind": {"ImportKeyPair", args{"KeyName": "x", "PublicKeyMaterial": good, "TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "k"}, "InvalidParameterValue"},
		"delete nothing":       {"DeleteKeyPair", nil, "MissingParameter"},
		"delete an unknown id": {"DeleteKeyPair", args{"KeyPairId": "key-00000000000000000"}, "InvalidKeyPair.NotFound"},
		"only asked":           {"DeleteKeyPair", args{"KeyName": "k", "DryRun": "true"}, "DryRunOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.alice.query(c.action, c.a); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
		})
	}
	f.view(func(tx *store.Tx) { same(t, "keys", 1, tx.KeyPairs().Len()) })
	ok(t, f.alice.query2("DeleteKeyPair", args{"KeyName": "not there"}))
	ok(t, f.bob.query2("DeleteKeyPair", args{"KeyName": "k"})) // another's name is not there
	f.view(func(tx *store.Tx) { same(t, "keys", 1, tx.KeyPairs().Len()) })
	ok(t, f.alice.query2("DeleteKeyPair", args{"KeyName": "k"}))
	f.view(func(tx *store.Tx) { same(t, "keys", 0, tx.KeyPairs().Len()) })
}
