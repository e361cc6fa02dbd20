#!/bin/bash
# Build the small guest that ecc is tested and shown with.
#
#   build.sh OUT [SIZE_MIB]
#
# OUT becomes a raw whole-disk image: MBR, one ext4 partition labelled ecc-root
# with Debian's cloud kernel, a ramdisk with the virtio drivers, busybox and
# dropbear in it, and GRUB in the gap before the partition. What runs in the
# guest is ramdisk/init and root/ beside this script.
#
# No loop mount, no chroot, no rights beyond reading: mke2fs fills the file
# system from a folder, GRUB is two byte copies. An OUT made from the same
# inputs is left alone. The kernel package is fetched once, with apt-get
# download (nothing is installed), and kept in build/guest.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${ECC_GUEST_CACHE:-$here/../../build/guest}
out=${1:?usage: build.sh OUT [SIZE_MIB]}
size=${2:-128}

# Everything in the image bears this time, so equal inputs make equal images.
epoch=1700000000
partition=1048576 # bytes before the file system: MBR and GRUB
grub=/usr/lib/grub/i386-pc

# In load order; what each needs stands before it. The cloud kernel has ext4,
# PCI and ACPI hot-plug and the serial port built in, virtio not.
boot_drivers=(virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev
	virtio_pci virtio_blk)
later_drivers=(failover net_failover virtio_net virtio-rng button evdev)

say() { echo "guest: $*" >&2; }

# need PROGRAM PACKAGE: fail early and name what to install.
need() {
	command -v "$1" >/dev/null || [ -e "$1" ] || {
		say "$1 is missing: apt-get install $2 (or make deps)"
		exit 1
	}
}

check_host() {
	need /bin/busybox busybox-static
	need /usr/sbin/dropbear dropbear-bin
	need $grub/boot.img grub-pc-bin
	need grub-mkimage grub-common
	need mke2fs e2fsprogs
	need sfdisk fdisk
	need cpio cpio
	need dpkg-deb dpkg
	if ldd /bin/busybox >/dev/null 2>&1; then
		say "/bin/busybox is not static: apt-get install busybox-static"
		exit 1
	fi
}

# fetch_kernel: the newest cloud kernel apt knows, unpacked into $cache/kernel.
# A kernel unpacked before is kept: no network then, and a stable image.
fetch_kernel() {
	[ -d "$cache/kernel" ] && return
	local package unpack=$cache/kernel.new
	package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ {print $2; exit}')
	[ -n "$package" ] || { say "apt knows no linux-image-cloud-amd64: apt-get update"; exit 1; }
	say "fetching $package"
	rm -rf "$unpack" "$cache/deb"
	mkdir -p "$unpack" "$cache/deb"
	(cd "$cache/deb" && apt-get -q download -o APT::Sandbox::User=root "$package") >&2
	dpkg-deb -x "$cache"/deb/*.deb "$unpack"
	rm -rf "$cache/deb"
	mv "$unpack" "$cache/kernel"
}

# inputs: a digest over all that goes into the image.
inputs() {
	{
		echo "$size"
		ls "$cache/kernel/lib/modules"
		dpkg-query -W busybox-static dropbear-bin libc6 grub-pc-bin grub-common e2fsprogs
		cd "$here" && find build.sh ramdisk root -type f -print0 | sort -z | xargs -0 sha256sum
	} | sha256sum | cut -d' ' -f1
}

copy_driver() { # NAME DIR
	local file
	file=$(find "$cache/kernel/lib/modules" -name "$1.ko")
	[ -n "$file" ] || { say "the kernel has no driver $1"; exit 1; }
	cp "$file" "$2/$1.ko"
}

make_ramdisk() {
	local tree=$work/ramdisk name
	mkdir -p "$tree"/{bin,dev,proc,sys,modules,newroot}
	cp /bin/busybox "$tree/bin/"
	cp "$here/ramdisk/init" "$tree/init"
	for name in "${boot_drivers[@]}"; do
		copy_driver "$name" "$tree/modules"
		echo "$name.ko" >>"$tree/modules/order"
	done
	find "$tree" -exec touch -h -d "@$epoch" {} +
	(cd "$tree" && find . | sort | cpio --quiet -o -H newc -R 0:0 --reproducible) | gzip -9n >"$work/initrd.img"
}

# copy_program FILE: with the libraries it is linked to.
copy_program() {
	local library
	install -D "$1" "$root$1"
	for library in $(ldd "$1" | grep -o '/[^ ]*\.so[^ ]*'); do
		install -D "$library" "$root$library"
	done
}

make_root() {
	local applet name
	mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,etc/dropbear,boot,dev,proc,sys,run,tmp,root/.ssh,var/lib,mnt,lib/modules}
	cp -r "$here/root/." "$root/"
	chmod 700 "$root/root" "$root/root/.ssh"
	cp /bin/busybox "$root/bin/"
	for applet in $(/bin/busybox --list); do
		[ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"
	done
	ln -s ../bin/busybox "$root/sbin/init"
	copy_program /usr/sbin/dropbear
	copy_program /usr/bin/dropbearkey
	for name in "${later_drivers[@]}"; do
		copy_driver "$name" "$root/lib/modules"
		echo "$name.ko" >>"$root/lib/modules/order"
	done
	cp "$cache"/kernel/boot/vmlinuz-* "$root/boot/vmlinuz"
	cp "$work/initrd.img" "$root/boot/initrd.img"
	find "$root" -exec touch -h -d "@$epoch" {} +
}

# make_disk FILE: table, file system straight at its offset, loader.
make_disk() {
	truncate -s "${size}M" "$1"
	printf 'label: dos\nlabel-id: 0xecc00001\nstart=2048, type=83, bootable\n' |
		sfdisk -q --no-reread --no-tell-kernel "$1"
	# 4 KiB blocks: GRUB reads block by block, and mke2fs would take 1 KiB here.
	# The two features switched off are unknown to GRUB 2.06.
	E2FSPROGS_FAKE_TIME=$epoch mke2fs -q -F -t ext4 -b 4096 -m 0 -L ecc-root \
		-U ecc00000-0000-4000-8000-000000000001 -O ^metadata_csum_seed,^orphan_file \
		-E "offset=$partition,hash_seed=ecc00000-0000-4000-8000-000000000002,root_owner=0:0,lazy_itable_init=1" \
		-d "$root" "$1" "$(((size - 1) * 1024))k"
	settle_times "$1"
	place_grub "$1"
}

# settle_times FILE: the change times mke2fs copied from the work folder are the
# only thing in which two builds differ.
settle_times() {
	local inode
	for inode in 2 $(seq 11 "$((10 + $(find "$root" | wc -l)))"); do
		echo "sif <$inode> ctime @$epoch"
		echo "sif <$inode> ctime_extra 0"
		echo "sif <$inode> atime @$epoch"
		echo "sif <$inode> atime_extra 0"
	done | E2FSPROGS_FAKE_TIME=$epoch debugfs -w -f /dev/stdin "$1?offset=$partition" >/dev/null 2>&1
}

# place_grub FILE: what grub-install does, without a block device. boot.img
# says "the core starts in sector 1" and core.img "the rest follows".
place_grub() {
	grub-mkimage -O i386-pc -p '(hd0,msdos1)/boot/grub' -o "$work/core.img" \
		biosdisk part_msdos ext2 normal linux16 serial terminal terminfo configfile
	[ "$(stat -c %s "$work/core.img")" -lt $((partition - 512)) ]
	dd if=$grub/boot.img of="$1" bs=440 count=1 conv=notrunc status=none
	dd if="$work/core.img" of="$1" bs=512 seek=1 conv=notrunc status=none
}

check_host
mkdir -p "$cache" "$(dirname "$out")"
exec 9>"$cache/lock"
flock 9 # two suites at once build once
fetch_kernel
digest=$(inputs)
if [ -f "$out" ] && [ "$(cat "$out.inputs" 2>/dev/null)" = "$digest" ]; then
	say "$out is up to date"
	exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"; rm -f "$out.new"' EXIT
root=$work/root
make_ramdisk
make_root
rm -f "$out.new"
make_disk "$out.new"
rm -f "$out.inputs"
mv "$out.new" "$out"
echo "$digest" >"$out.inputs"
say "$out: $size MiB, $(du -m "$out" | cut -f1) MiB of them allocated"
