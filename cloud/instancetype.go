package cloud

// InstanceType is a size instances come in.
type InstanceType struct {
	Name   string
	VCPU   int
	Memory Bytes
	Disk   Bytes // of the root disk when larger than the image's; 0: the image's
}

// InstanceTypes are the sizes a cloud offers.
type InstanceTypes []InstanceType

// Get finds a type by its name.
func (ts InstanceTypes) Get(name string) (InstanceType, bool) {
	for _, t := range ts {
		if t.Name == name {
			return t, true
		}
	}
	return InstanceType{}, false
}
