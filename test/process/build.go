package process

import (
	"fmt"
	"os"
	"os/exec"
)

// Build makes the executable as "make build" does; root is the module's
// folder, version what "ecc version" prints.
func Build(root, to, version string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X main.buildVersion="+version, "-o", to, ".")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the binary: %w\n%s", err, out)
	}
	return nil
}
