// Command shapegen turns a published AWS service model (botocore's
// service-2.json, plain or gzipped) into the Go structs of the actions listed
// in a file: names, types and constraints only, no prose.
//
//	go run ecc/api/shapegen -service ec2/2016-11-15 -actions actions.txt -package ec2 -out .
//
// It is run by go generate and by nothing else; nothing imports it. The model
// is found below -models, by default the data of the aws command that Debian
// packages. An older model than the committed code came from would drop what
// is new: pass -models with the data of a current botocore.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// debianModels is where Debian's awscli keeps the service models.
const debianModels = "/usr/lib/python3/dist-packages/awscli/botocore/data"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "shapegen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	fs := flag.NewFlagSet("shapegen", flag.ContinueOnError)
	models := fs.String("models", "", "`folder` of service models (default "+debianModels+")")
	service := fs.String("service", "", "service and version, \"ec2/2016-11-15\"")
	file := fs.String("model", "", "one model `file`, instead of -models and -service")
	actions := fs.String("actions", "actions.txt", "`file` with one action a line")
	pkg := fs.String("package", "", "name of the package to write")
	out := fs.String("out", ".", "`folder` to write to")
	if err := fs.Parse(args); err != nil {
		return err
	}
	path, err := modelFile(*file, cmp.Or(*models, debianModels), *service)
	if err != nil {
		return err
	}
	return generate(path, *actions, *pkg, *out)
}

// modelFile finds the model, plain or gzipped.
func modelFile(file, models, service string) (string, error) {
	if file != "" {
		return file, nil
	}
	base := filepath.Join(models, service, "service-2.json")
	for _, path := range []string{base, base + ".gz"} {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no %s and no %s.gz: install awscli or pass -models", base, base)
}

// generate writes the files and removes generated ones that are no longer
// produced.
func generate(modelPath, actionsPath, pkg, dir string) error {
	m, err := readModel(modelPath)
	if err != nil {
		return err
	}
	actions, err := readActions(actionsPath)
	if err != nil {
		return err
	}
	c, err := newClosure(m, actions)
	if err != nil {
		return err
	}
	files, err := c.files(pkg, actions)
	if err != nil {
		return err
	}
	return write(dir, files)
}

// readActions reads one name a line; # begins a comment.
func readActions(path string) ([]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the list of actions: %w", err)
	}
	var names []string
	for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); {
		line, _, _ := strings.Cut(sc.Text(), "#")
		if line = strings.TrimSpace(line); line != "" {
			names = append(names, line)
		}
	}
	return names, nil
}

func write(dir string, files map[string][]byte) error {
	old, err := filepath.Glob(filepath.Join(dir, "zz_generated_*.go"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, keep := files[filepath.Base(path)]; !keep {
			err = errors.Join(err, os.Remove(path))
		}
	}
	for name, src := range files {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), src, 0o644))
	}
	return err
}
