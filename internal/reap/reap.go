// Package reap runs one program as the parent of everything that program
// leaves behind: a child subreaper.
//
// libvirtd's QEMUs are double-forked orphans. Where PID 1 is slow to collect
// them (some containers, some test machines), libvirt polls a zombie for
// seconds before it believes that a destroyed guest is gone; under Run they
// are collected at once (1.9 s against 0.2 s per destroyed guest).
//
// It is for a process that does nothing else: it waits for every child, so
// os/exec in the same process would lose its own. Used by the hidden command
// "ecc reap -- CMD…" and, as PID 1, by test/lab.
package reap

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// Run starts argv with this process's standard files and environment, passes
// SIGTERM, SIGINT, SIGHUP and SIGQUIT on to it, collects every orphan below it
// and returns its exit code when it ends: 128 and the signal's number if a
// signal ended it. Orphans that still run then fall to the next reaper above.
// An error means that argv was not started.
func Run(argv []string) (int, error) {
	if len(argv) == 0 {
		return 0, errors.New("reap: no command")
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return 0, fmt.Errorf("become a subreaper: %w", err)
	}
	// Before the start, so that no signal of the child is missed.
	signals := make(chan os.Signal, 64)
	signal.Notify(signals, syscall.SIGCHLD, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)

	pid, err := start(argv)
	if err != nil {
		return 0, err
	}
	for s := range signals {
		if s != syscall.SIGCHLD {
			// ESRCH only says that the child ended first.
			_ = syscall.Kill(pid, s.(syscall.Signal))
			continue
		}
		if code, ended := collect(pid); ended {
			return code, nil
		}
	}
	return 0, errors.New("reap: unreachable: the signal channel is never closed")
}

// start uses os.StartProcess and not os/exec, whose Wait would race with
// collect for the child.
func start(argv []string) (int, error) {
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return 0, fmt.Errorf("start %s: %w", argv[0], err)
	}
	p, err := os.StartProcess(path, argv, &os.ProcAttr{
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
	if err != nil {
		return 0, fmt.Errorf("start %s: %w", argv[0], err)
	}
	pid := p.Pid
	return pid, p.Release()
}

// collect waits for all children that have ended and reports whether main was
// one of them. SIGCHLD coalesces, hence the loop.
func collect(main int) (code int, ended bool) {
	for {
		var ws syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &ws, syscall.WNOHANG, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return code, ended
		}
		if pid == main {
			code, ended = exitCode(ws), true
		}
	}
}

func exitCode(ws syscall.WaitStatus) int {
	if ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return ws.ExitStatus()
}
