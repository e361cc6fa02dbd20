package overlay_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"ecc/cloud"
	"ecc/image/overlay"
)

// BenchmarkCreate makes overlays of small and large disks, durably.
func BenchmarkCreate(b *testing.B) {
	for _, size := range []cloud.Bytes{cloud.GiB, 8 * cloud.GiB, 100 * cloud.GiB} {
		raw := base(b, "x", int64(cloud.GiB))
		for name, l := range map[string]overlay.Layout{"default": "", "preallocated": overlay.LayoutPreallocated} {
			b.Run(fmt.Sprintf("%s/%dGiB", name, size/cloud.GiB), func(b *testing.B) {
				path := filepath.Join(b.TempDir(), "disk")
				for b.Loop() {
					if err := overlay.Create(b.Context(), path, raw, size, overlay.KeepOwner, overlay.Options{Layout: l}); err != nil {
						b.Fatal(err)
					}
					os.Remove(path)
				}
			})
		}
	}
}
