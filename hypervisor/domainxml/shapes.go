package domainxml

import (
	"encoding/xml"

	"ecc/cloud"
)

// The parts of libvirt's domain XML that ecc writes, in libvirt's order and
// names: https://libvirt.org/formatdomain.html.

type domain struct {
	XMLName    xml.Name `xml:"domain"`
	Type       string   `xml:"type,attr"`
	Name       string   `xml:"name"`
	UUID       string   `xml:"uuid"`
	Metadata   metadata `xml:"metadata"`
	Memory     memory   `xml:"memory"`
	VCPU       int      `xml:"vcpu"`
	Sysinfo    sysinfo  `xml:"sysinfo"`
	OS         osBoot   `xml:"os"`
	Features   features `xml:"features"`
	CPU        cpu      `xml:"cpu"`
	Clock      clock    `xml:"clock"`
	OnPoweroff string   `xml:"on_poweroff"`
	OnReboot   string   `xml:"on_reboot"`
	OnCrash    string   `xml:"on_crash"`
	Devices    devices  `xml:"devices"`
}

type metadata struct {
	Mark Mark `xml:"urn:ecc:domain:1 instance"`
}

// Mark is ecc's own element in a domain's metadata: whose domain it is.
type Mark struct {
	ID      cloud.InstanceID `xml:"id,attr"`
	Cluster string           `xml:"cluster,attr"`
}

type memory struct {
	Unit  string `xml:"unit,attr"`
	Value int64  `xml:",chardata"`
}

type entry struct {
	Name  string `xml:"name,attr"`
	Value string `xml:",chardata"`
}

type sysinfo struct {
	Type      string  `xml:"type,attr"`
	BIOS      []entry `xml:"bios>entry"`
	System    []entry `xml:"system>entry"`
	BaseBoard []entry `xml:"baseBoard>entry"`
	Chassis   []entry `xml:"chassis>entry"`
}

type osBoot struct {
	Type   osType `xml:"type"`
	Boot   dev    `xml:"boot"`
	SMBIOS mode   `xml:"smbios"`
}

type osType struct {
	Arch    string `xml:"arch,attr"`
	Machine string `xml:"machine,attr"`
	Value   string `xml:",chardata"`
}

type dev struct {
	Dev string `xml:"dev,attr"`
}

type mode struct {
	Mode string `xml:"mode,attr"`
}

type features struct {
	ACPI struct{} `xml:"acpi"`
	APIC struct{} `xml:"apic"`
}

type cpu struct {
	Mode       string `xml:"mode,attr"`
	Check      string `xml:"check,attr"`
	Migratable string `xml:"migratable,attr"`
}

type clock struct {
	Offset string `xml:"offset,attr"`
}

type devices struct {
	Emulator    string       `xml:"emulator"`
	Controllers []controller `xml:"controller"`
	Disk        disk         `xml:"disk"`
	Interface   iface        `xml:"interface"`
	Serial      serialPort   `xml:"serial"`
	RNG         rng          `xml:"rng"`
	Balloon     model        `xml:"memballoon"`
}

type controller struct {
	Type  string `xml:"type,attr"`
	Index string `xml:"index,attr,omitempty"`
	Model string `xml:"model,attr"`
}

type disk struct {
	Type    string     `xml:"type,attr"`
	Device  string     `xml:"device,attr"`
	Driver  diskDriver `xml:"driver"`
	Source  source     `xml:"source"`
	Backing *backing   `xml:"backingStore"`
	Target  diskTarget `xml:"target"`
	Serial  string     `xml:"serial,omitempty"`
}

type diskDriver struct {
	Name         string `xml:"name,attr"`
	Type         string `xml:"type,attr"`
	Cache        string `xml:"cache,attr"`
	IO           string `xml:"io,attr"`
	Discard      string `xml:"discard,attr"`
	ErrorPolicy  string `xml:"error_policy,attr"`
	RerrorPolicy string `xml:"rerror_policy,attr"`
}

type source struct {
	File     string   `xml:"file,attr"`
	SecLabel secLabel `xml:"seclabel"`
}

type secLabel struct {
	Model   string `xml:"model,attr"`
	Relabel string `xml:"relabel,attr"`
}

// backing is a backing file, or, empty, the end of the chain.
type backing struct {
	Type    string
	Format  format
	Source  source
	Backing *backing
}

// MarshalXML writes an end of the chain without anything in it.
func (b *backing) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if b.Type == "" {
		return e.EncodeElement(struct{}{}, start)
	}
	return e.EncodeElement(struct {
		Type    string   `xml:"type,attr"`
		Format  format   `xml:"format"`
		Source  source   `xml:"source"`
		Backing *backing `xml:"backingStore"`
	}(*b), start)
}

type format struct {
	Type string `xml:"type,attr"`
}

type diskTarget struct {
	Dev string `xml:"dev,attr"`
	Bus string `xml:"bus,attr"`
}

type iface struct {
	Type   string     `xml:"type,attr"`
	MAC    address    `xml:"mac"`
	Target tap        `xml:"target"`
	Model  ifaceModel `xml:"model"`
	MTU    *mtu       `xml:"mtu"`
}

type address struct {
	Address string `xml:"address,attr"`
}

type tap struct {
	Dev     string `xml:"dev,attr"`
	Managed string `xml:"managed,attr"`
}

type ifaceModel struct {
	Type string `xml:"type,attr"`
}

type mtu struct {
	Size int `xml:"size,attr"`
}

type serialPort struct {
	Type   string  `xml:"type,attr"`
	Log    logFile `xml:"log"`
	Target port    `xml:"target"`
}

type logFile struct {
	File   string `xml:"file,attr"`
	Append string `xml:"append,attr"`
}

type port struct {
	Type string `xml:"type,attr"`
	Port string `xml:"port,attr"`
}

type rng struct {
	Model   string     `xml:"model,attr"`
	Backend rngBackend `xml:"backend"`
}

type rngBackend struct {
	Model string `xml:"model,attr"`
	Path  string `xml:",chardata"`
}

type model struct {
	Model string `xml:"model,attr"`
}
