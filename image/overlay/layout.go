package overlay

// Layouts that were measured; see docs/disk-format.md for the figures.
const (
	LayoutPlain           Layout = "cluster_size=64k"
	LayoutLazy            Layout = "cluster_size=64k,lazy_refcounts=on"
	LayoutSubclusters     Layout = "cluster_size=128k,extended_l2=on"
	LayoutSubclustersLazy Layout = "cluster_size=128k,extended_l2=on,lazy_refcounts=on"
	LayoutPreallocated    Layout = "cluster_size=128k,extended_l2=on,lazy_refcounts=on,preallocation=metadata"
)

// DefaultLayout is never far from the best, on a fast disk and on a slow one,
// and takes the same time to make whatever the disk's size. Subclusters of 4
// KiB save small writes the copying of a whole cluster; lazy refcounts save a
// flush for each cluster that is new. The price of the latter: after a crash of
// QEMU the refcounts are counted anew when the disk is next opened.
const DefaultLayout = LayoutSubclustersLazy
