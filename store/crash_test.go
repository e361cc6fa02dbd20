package store

const (
	childPath = "STORE_TEST_CHILD_PATH"
	childMode = "STORE_TEST_CHILD_MODE"
)

func crashChild(path, mode string) {}
