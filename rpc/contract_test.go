package rpc_test

import (
	"testing"

	"go.uber.org/goleak"

	"ecc/rpc/rpctest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	for _, w := range rpctest.Ways() {
		t.Run(w.Name, func(t *testing.T) { rpctest.Run(t, w) })
	}
}
