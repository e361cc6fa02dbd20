package overlay

// Layouts that were measured; see docs/disk-format.md for the figures.
const (
	LayoutPlain        Layout = "cluster_size=64k"
	LayoutLazy         Layout = "cluster_size=64k,lazy_refcounts=on"
	LayoutSubclusters  Layout = "cluster_size=128k,extended_l2=on"
	LayoutPreallocated Layout = "cluster_size=128k,extended_l2=on,preallocation=metadata"
	LayoutBoth         Layout = "cluster_size=128k,extended_l2=on,lazy_refcounts=on"
)

// DefaultLayout is the one that is never far from the best on a fast disk and
// on a slow one.
const DefaultLayout = LayoutSubclusters
