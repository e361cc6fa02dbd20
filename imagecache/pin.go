package imagecache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"ecc/cloud"
)

const pinsDir = "pins"

// pin records durably that user needs the image. It reports whether the pin
// is new.
func (c *Cache) pin(id cloud.ImageID, user string) (fresh bool, err error) {
	if !validUser(user) {
		return false, cloud.Errorf(cloud.Malformed, cloud.AnyResource, user, "the name of the image's user is malformed")
	}
	dir := filepath.Join(c.dir, pinsDir, string(id))
	for {
		err := os.Mkdir(dir, 0o755)
		first := err == nil
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return false, fmt.Errorf("pin image: %w", err)
		}
		f, err := os.OpenFile(filepath.Join(dir, user), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		switch {
		case errors.Is(err, fs.ErrExist):
			return false, nil
		case errors.Is(err, fs.ErrNotExist):
			continue // the last pin beside it went, and the folder with it
		case err != nil:
			return false, fmt.Errorf("pin image: %w", err)
		}
		err = errors.Join(f.Close(), syncDir(dir))
		if first {
			err = errors.Join(err, syncDir(filepath.Dir(dir)))
		}
		return true, err
	}
}

// Release says that user needs the image no longer. No pin is success.
func (c *Cache) Release(id cloud.ImageID, user string) error {
	if !cloud.ValidID(cloud.PrefixImage, string(id)) || !validUser(user) {
		return nil
	}
	dir := filepath.Join(c.dir, pinsDir, string(id))
	if err := absent(os.Remove(filepath.Join(dir, user))); err != nil {
		return fmt.Errorf("release image %s: %w", id, err)
	}
	err := os.Remove(dir)
	if errors.Is(err, unix.ENOTEMPTY) || errors.Is(err, unix.EEXIST) {
		return syncDir(dir)
	}
	if absent(err) != nil {
		return fmt.Errorf("release image %s: %w", id, err)
	}
	return syncDir(filepath.Dir(dir))
}

// Pins returns who uses which image, all hosts' users alike.
func (c *Cache) Pins() (map[cloud.ImageID][]string, error) {
	dirs, err := os.ReadDir(filepath.Join(c.dir, pinsDir))
	if err != nil {
		return nil, fmt.Errorf("list pins: %w", err)
	}
	pins := map[cloud.ImageID][]string{}
	for _, d := range dirs {
		users, err := c.pinsOf(cloud.ImageID(d.Name()))
		if err != nil {
			return nil, err
		}
		if len(users) > 0 {
			pins[cloud.ImageID(d.Name())] = users
		}
	}
	return pins, nil
}

func (c *Cache) pinsOf(id cloud.ImageID) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(c.dir, pinsDir, string(id)))
	if absent(err) != nil {
		return nil, fmt.Errorf("list pins: %w", err)
	}
	users := make([]string, len(entries))
	for i, e := range entries {
		users[i] = e.Name()
	}
	return users, nil
}

// validUser admits instance ids and the like: nothing that could leave the
// folder.
func validUser(s string) bool {
	return s != "" && len(s) <= 128 && s[0] != '.' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
}
