package rpctest

import (
	"context"
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ecc/cloud"
	"ecc/rpc"
)

var compare = cmp.Options{cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})}

// Run runs the contract of every edge over one way.
func Run(t *testing.T, w Way) {
	t.Run("Node", func(t *testing.T) {
		suite(t, w, func(t *testing.T, s *script) rpc.Node { return w.Node(t, scriptNode{s}, Caller) })
	})
	t.Run("Cluster", func(t *testing.T) {
		suite(t, w, func(t *testing.T, s *script) rpc.Cluster { return w.Cluster(t, scriptCluster{s}) })
	})
	t.Run("Identity", func(t *testing.T) {
		suite(t, w, func(t *testing.T, s *script) rpc.Identity { return w.Identity(t, scriptIdentity{s}) })
	})
	t.Run("Enroll", func(t *testing.T) {
		suite(t, w, func(t *testing.T, s *script) rpc.Enroll { return w.Enroll(t, scriptEnroll{s}) })
	})
	t.Run("Operator", func(t *testing.T) {
		suite(t, w, func(t *testing.T, s *script) rpc.Operator { return w.Operator(t, scriptOperator{s}) })
	})
}

// suite runs the contract of one edge: what holds for each of its methods.
func suite[T any](t *testing.T, w Way, dial func(t *testing.T, s *script) T) {
	edge := reflect.TypeFor[T]()
	for i := range edge.NumMethod() {
		m := caller[T]{edge.Method(i), dial}
		t.Run(m.method.Name, func(t *testing.T) {
			t.Run("values cross whole", func(t *testing.T) { valuesCross(t, m) })
			t.Run("zero answers cross", func(t *testing.T) { zeroesCross(t, m) })
			t.Run("kinds of errors cross", func(t *testing.T) { errorsCross(t, m, w.encodes) })
			t.Run("causes stay", func(t *testing.T) { causesStay(t, m, w.encodes) })
			t.Run("cancelling ends it", func(t *testing.T) { cancelEnds(t, m) })
		})
	}
}

// caller calls one method of T by reflection, with filled arguments.
type caller[T any] struct {
	method reflect.Method
	dial   func(t *testing.T, s *script) T
}

func (c caller[T]) call(ctx context.Context, object T) (args, results []any, err error) {
	in := []reflect.Value{reflect.ValueOf(ctx)}
	for i := 1; i < c.method.Type.NumIn(); i++ {
		v := reflect.New(c.method.Type.In(i)).Elem()
		fill(v)
		in, args = append(in, v), append(args, v.Interface())
	}
	out := reflect.ValueOf(object).MethodByName(c.method.Name).Call(in)
	for _, v := range out[:len(out)-1] {
		results = append(results, v.Interface())
	}
	err, _ = out[len(out)-1].Interface().(error)
	return args, results, err
}

// filled and zeroes are the answers a script gives.
func (c caller[T]) answers(full bool) []any {
	var want []any
	for i := range c.method.Type.NumOut() - 1 {
		v := reflect.New(c.method.Type.Out(i)).Elem()
		if full {
			fill(v)
		}
		want = append(want, v.Interface())
	}
	return want
}

func valuesCross[T any](t *testing.T, m caller[T]) {
	s := &script{}
	object := m.dial(t, s)
	for range 2 { // every call is safe to repeat
		args, results, err := m.call(t.Context(), object)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m.answers(true), results, compare); diff != "" {
			t.Errorf("answer: %s", diff)
		}
		calls := s.take()
		if len(calls) != 1 || calls[0].method != m.method.Name {
			t.Fatalf("calls %v reached the object, want one %s", calls, m.method.Name)
		}
		if diff := cmp.Diff(args, calls[0].args, compare); diff != "" {
			t.Errorf("arguments: %s", diff)
		}
	}
}

func zeroesCross[T any](t *testing.T, m caller[T]) {
	_, results, err := m.call(t.Context(), m.dial(t, &script{empty: true}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m.answers(false), results, compare); diff != "" {
		t.Errorf("answer: %s", diff)
	}
}

func errorsCross[T any](t *testing.T, m caller[T], encodes bool) {
	s := &script{}
	object := m.dial(t, s)
	for _, kind := range cloud.Kinds() {
		s.err = &cloud.Error{Kind: kind, Resource: cloud.ResInstance, ID: "i-1 \"x\"", Msg: "A sentence.", Err: errors.New("secret cause")}
		_, results, err := m.call(t.Context(), object)
		if !errors.Is(err, kind) {
			t.Errorf("%v arrived as %v", kind, err)
			continue
		}
		if diff := cmp.Diff(m.answers(false), results, compare); diff != "" {
			t.Errorf("an answer came beside the error: %s", diff)
		}
		if !encodes {
			continue
		}
		want := &cloud.Error{Kind: kind, Resource: cloud.ResInstance, ID: "i-1 \"x\"", Msg: "A sentence."}
		if diff := cmp.Diff(want, cloud.AsError(err)); diff != "" {
			t.Errorf("error: %s", diff)
		}
	}
}

func causesStay[T any](t *testing.T, m caller[T], encodes bool) {
	for _, cause := range []error{errors.New("/secret/path"), errors.Join(cloud.Stale, errors.New("/secret/path"))} {
		s := &script{err: cause}
		_, _, err := m.call(t.Context(), m.dial(t, s))
		if got, want := cloud.AsError(err).Kind, cloud.AsError(cause).Kind; got != want {
			t.Errorf("%v arrived as %v", want, got)
		}
		if encodes && strings.Contains(err.Error(), "secret") {
			t.Errorf("the cause crossed: %v", err)
		}
	}
}

func cancelEnds[T any](t *testing.T, m caller[T]) {
	reached, ended := make(chan struct{}), make(chan struct{})
	object := m.dial(t, &script{block: func(ctx context.Context) {
		close(reached)
		<-ctx.Done()
		close(ended)
	}})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-reached
		cancel()
	}()
	if _, _, err := m.call(ctx, object); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
	<-ended // the object heard of it too
}
