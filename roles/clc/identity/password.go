package identity

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost of one password: argon2id with 19 MiB, two passes, one lane.
const (
	hashMemory = 19 << 10 // KiB
	hashPasses = 2
	hashLanes  = 1
	hashSalt   = 16 // bytes
	hashLength = 32
)

// atOnce is how many passwords are hashed at the same time: each takes memory
// and a processor, and anybody may ask for it.
const atOnce = 2

// hashForm is how a hash is written: as other programs that know argon2 do.
const hashForm = "$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s"

// HashPassword returns what is kept of a password.
func (s *Service) HashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, hashSalt)
	if _, err := io.ReadFull(s.entropy, salt); err != nil {
		return "", fmt.Errorf("salt a password: %w", err)
	}
	sum, err := s.stretch(ctx, password, salt, hashPasses, hashMemory, hashLanes, hashLength)
	return fmt.Sprintf(hashForm, argon2.Version, hashMemory, hashPasses, hashLanes, base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum)), err
}

// PasswordIs reports whether a password is the one whose hash was kept.
func (s *Service) PasswordIs(ctx context.Context, password, kept string) (bool, error) {
	var version int
	var memory, passes uint32
	var lanes uint8
	parts := strings.Split(kept, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("a kept password is not of argon2id")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil || version != argon2.Version {
		return false, fmt.Errorf("a kept password has costs that cannot be read: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("read a kept password: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("read a kept password: %w", err)
	}
	got, err := s.stretch(ctx, password, salt, passes, memory, lanes, uint32(len(want)))
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

// stretch hashes, when there is room to.
func (s *Service) stretch(ctx context.Context, password string, salt []byte, passes, memory uint32, lanes uint8, length uint32) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.hashing }()
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, length), nil
}
