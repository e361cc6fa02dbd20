package hypervisortest

import "slices"

// Guest is what a guest of the suite does.
type Guest byte

// The guests. Each writes GuestBanner to its serial console first.
const (
	Polite Guest = iota // switches itself off when asked by ACPI
	Off                 // switches itself off soon
	Deaf                // does not listen
	Flood               // writes more than FloodSize to its console, then FloodEnd
)

// What the guests write.
const (
	GuestBanner = "ecc test guest: up\r\n"
	FloodEnd    = "ecc test guest: flood done\r\n"
	FloodSize   = 256 << 10
)

// GuestDisk returns a raw disk of 1 MiB (SeaBIOS boots none smaller than a
// cylinder, 1008 sectors) with a boot sector that needs no more than a PC with
// a BIOS, a serial port at 0x3f8 and ACPI power management at 0x600, where
// SeaBIOS puts it.
func GuestDisk(g Guest) []byte {
	disk := make([]byte, 1<<20)
	copy(disk, slices.Concat(guestCode, []byte(guestText)))
	disk[2] = byte(g)
	disk[510], disk[511] = 0x55, 0xaa
	return disk
}

// guestText follows the code, at 0x7c7a. Strings end with a zero byte; the
// code knows their addresses.
const guestText = "ecc test guest: up\r\n\x00" + // 7c7a
	"ecc test guest: off\r\n\x00" + // 7c8f
	"ecc test guest: 0123456789 0123456789 0123456789 0123456789 012\r\n\x00" + // 7ca5
	"ecc test guest: flood done\r\n\x00" // 7ce7

// guestCode is real-mode code, loaded at 0x7c00. It sleeps between ticks of
// the timer (18.2 a second), so that an idle guest costs nothing.
var guestCode = []byte{
	0xeb, 0x01, // 00 jmp 03
	0x00,       // 02 the kind of guest
	0x31, 0xc0, // 03 xor %ax,%ax
	0x8e, 0xd8, // 05 mov %ax,%ds
	0x8e, 0xd0, // 07 mov %ax,%ss
	0xbc, 0x00, 0x7c, // 09 mov $0x7c00,%sp
	0xfb,             // 0c sti
	0xbe, 0x7a, 0x7c, // 0d mov $banner,%si
	0xe8, 0x4f, 0x00, // 10 call puts
	0x80, 0x3e, 0x02, 0x7c, byte(Off), // 13 cmpb $Off,kind
	0x74, 0x1f, // 18 je off
	0x80, 0x3e, 0x02, 0x7c, byte(Deaf), // 1a cmpb $Deaf,kind
	0x74, 0x2b, // 1f je idle
	0x80, 0x3e, 0x02, 0x7c, byte(Flood), // 21 cmpb $Flood,kind
	0x74, 0x27, // 26 je flood
	// Polite: enable the power button, then look at it at every tick.
	0xba, 0x02, 0x06, // 28 mov $0x602,%dx    PM1 enable
	0xb8, 0x00, 0x01, // 2b mov $0x100,%ax
	0xef,             // 2e out %ax,(%dx)
	0xf4,             // 2f hlt
	0xba, 0x00, 0x06, // 30 mov $0x600,%dx    PM1 status
	0xed,             // 33 in (%dx),%ax
	0xa9, 0x00, 0x01, // 34 test $0x100,%ax
	0x74, 0xf6, // 37 je 2f
	// off: four ticks later, to S5.
	0xbe, 0x8f, 0x7c, // 39 mov $bye,%si
	0xe8, 0x23, 0x00, // 3c call puts
	0xb9, 0x04, 0x00, // 3f mov $4,%cx
	0xf4,       // 42 hlt
	0xe2, 0xfd, // 43 loop 42
	0xba, 0x04, 0x06, // 45 mov $0x604,%dx    PM1 control
	0xb8, 0x00, 0x20, // 48 mov $0x2000,%ax   sleep enable
	0xef, // 4b out %ax,(%dx)
	// idle:
	0xf4,       // 4c hlt
	0xeb, 0xfd, // 4d jmp 4c
	// flood: 4096 lines of 65 bytes.
	0xb9, 0x00, 0x10, // 4f mov $4096,%cx
	0xbe, 0xa5, 0x7c, // 52 mov $line,%si
	0xe8, 0x0a, 0x00, // 55 call puts
	0xe2, 0xf8, // 58 loop 52
	0xbe, 0xe7, 0x7c, // 5a mov $done,%si
	0xe8, 0x02, 0x00, // 5d call puts
	0xeb, 0xea, // 60 jmp idle
	// puts: writes the string at %si when the transmitter is ready.
	0xac,       // 62 lodsb
	0x84, 0xc0, // 63 test %al,%al
	0x74, 0x12, // 65 je 79
	0x88, 0xc4, // 67 mov %al,%ah
	0xba, 0xfd, 0x03, // 69 mov $0x3fd,%dx    line status
	0xec,       // 6c in (%dx),%al
	0xa8, 0x20, // 6d test $0x20,%al
	0x74, 0xfb, // 6f je 6c
	0xba, 0xf8, 0x03, // 71 mov $0x3f8,%dx
	0x88, 0xe0, // 74 mov %ah,%al
	0xee,       // 76 out %al,(%dx)
	0xeb, 0xe9, // 77 jmp puts
	0xc3, // 79 ret
}
