package domainxml

import (
	"encoding/xml"
	"fmt"
)

// ReadMark reads the mark that Render wrote, as libvirt returns a metadata
// element.
func ReadMark(element string) (Mark, error) {
	var m struct {
		XMLName xml.Name
		Mark
	}
	if err := xml.Unmarshal([]byte(element), &m); err != nil {
		return Mark{}, fmt.Errorf("read a domain's mark: %w", err)
	}
	if m.XMLName.Local != "instance" || m.ID == "" || m.Cluster == "" {
		return Mark{}, fmt.Errorf("read a domain's mark: %q is none", element)
	}
	return m.Mark, nil
}

// ReadConsole returns the path of the console's file in a domain's XML, ""
// if it has none.
func ReadConsole(domain string) (string, error) {
	var d struct {
		Serial []struct {
			Log logFile `xml:"log"`
		} `xml:"devices>serial"`
	}
	if err := xml.Unmarshal([]byte(domain), &d); err != nil {
		return "", fmt.Errorf("read a domain's XML: %w", err)
	}
	for _, s := range d.Serial {
		if s.Log.File != "" {
			return s.Log.File, nil
		}
	}
	return "", nil
}
