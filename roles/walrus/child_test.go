package walrus_test

func childMain() bool { return false }
