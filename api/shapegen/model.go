package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
)

// model is the part of a service model that shapes are generated from.
// Documentation is never read into it, so none can be written out.
type model struct {
	Metadata struct {
		APIVersion   string `json:"apiVersion"`
		Protocol     string `json:"protocol"` // "ec2" or "query"
		XMLNamespace string `json:"xmlNamespace"`
		UID          string `json:"uid"`
	} `json:"metadata"`
	Operations map[string]operation `json:"operations"`
	Shapes     map[string]shape     `json:"shapes"`
}

type operation struct {
	Input  *ref `json:"input"`
	Output *ref `json:"output"`
}

// ref is the use of a shape: by a structure's member, a list's element or an
// operation.
type ref struct {
	Shape        string `json:"shape"`
	LocationName string `json:"locationName"`
	QueryName    string `json:"queryName"`
	Token        bool   `json:"idempotencyToken"`
}

type shape struct {
	Type      string   `json:"type"`
	Members   members  `json:"members"` // of a structure
	Required  []string `json:"required"`
	Member    *ref     `json:"member"` // of a list
	Key       *ref     `json:"key"`    // of a map
	Value     *ref     `json:"value"`  // of a map
	Flattened bool     `json:"flattened"`
	Enum      []string `json:"enum"`
	Min       *float64 `json:"min"`
	Max       *float64 `json:"max"`
	Pattern   string   `json:"pattern"`
}

// members keeps the order of the model: it becomes the order of elements in
// responses, and a map would lose it.
type members []member

type member struct {
	Name string
	Ref  ref
}

// UnmarshalJSON reads an object as a list of its members in order.
func (ms *members) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if _, err := d.Token(); err != nil { // the opening brace
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		m := member{Name: name.(string)}
		if err := d.Decode(&m.Ref); err != nil {
			return fmt.Errorf("member %s: %w", m.Name, err)
		}
		*ms = append(*ms, m)
	}
	return nil
}

// readModel reads a service-2.json, or service-2.json.gz when the bytes say
// so.
func readModel(path string) (*model, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the service model: %w", err)
	}
	if bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		if b, err = gunzip(b); err != nil {
			return nil, fmt.Errorf("unpack %s: %w", path, err)
		}
	}
	m := new(model)
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("parse %s: %w", path, err)
	}
	m.listMaps()
	return m, m.check(path)
}

// listMaps makes lists of maps, as they are written: a map is
// <entry><key/><value/></entry>, again and again.
func (m *model) listMaps() {
	for name, s := range m.Shapes {
		if s.Type != "map" || s.Key == nil || s.Value == nil {
			continue
		}
		entry := exported(name) + "Entry"
		m.Shapes[entry] = shape{Type: "structure", Members: members{{"Key", located(*s.Key, "key")}, {"Value", located(*s.Value, "value")}}}
		m.Shapes[name] = shape{Type: "list", Member: &ref{Shape: entry, LocationName: "entry"}}
	}
}

// located names a ref that the model leaves to the protocol to name.
func located(r ref, name string) ref {
	if r.LocationName == "" {
		r.LocationName = name
	}
	return r
}

func gunzip(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = out.ReadFrom(z)
	return out.Bytes(), err
}

func (m *model) check(path string) error {
	if p := m.Metadata.Protocol; p != "ec2" && p != "query" {
		return fmt.Errorf("%s: protocol %q is neither ec2 nor query", path, p)
	}
	return nil
}
