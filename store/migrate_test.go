package store

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestMigrations opens, for every schema there ever was, a file as the ecc of
// that time wrote it and checks what became of its records. A new migration
// adds a case with the data of the schema before it; no case is ever changed.
func TestMigrations(t *testing.T) {
	cases := []struct {
		schema int
		check  func(t *testing.T, s *Store)
	}{
		{0, func(t *testing.T, s *Store) { // a new file
			if st := s.Stats(); st.Revision != 0 || st.Records[KindNode] != 0 {
				t.Errorf("%+v", st)
			}
		}},
		{1, func(t *testing.T, s *Store) { // one record of each kind, every field set
			checkOneOfEach(t, s, func(k Kind) bool { return k < KindUser || k == KindMeta })
			if s.Revision() != 7 {
				t.Errorf("revision %d", s.Revision())
			}
			mustView(t, s, func(tx *Tx) {
				i, _ := tx.Instances().Get("id")
				if i.Account != "account" || i.Desired.Node != "node" || !i.Observed.Failed || i.PrivateIP != netip.MustParseAddr("192.0.2.1") {
					t.Errorf("%+v", i)
				}
			})
		}},
		{2, func(t *testing.T, s *Store) {
			checkOneOfEach(t, s, func(Kind) bool { return true })
		}},
	}
	if len(cases) != len(migrations)+1 {
		t.Fatalf("%d cases for %d schemas", len(cases), len(migrations)+1)
	}
	for _, c := range cases {
		t.Run(fmt.Sprint("from ", c.schema), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ecc.db")
			writeSchema(t, path, c.schema)
			s := mustOpen(t, path, Options{})
			c.check(t, s)
			mustCheck(t, s)
			must0(t, s.bolt.View(func(tx *bolt.Tx) error {
				got, err := schemaOf(tx)
				if got != uint64(len(migrations)) {
					t.Errorf("schema %d", got)
				}
				return err
			}))
		})
	}
}

// checkOneOfEach fails unless there is one record of each kind that had is true
// for, and none of the others.
func checkOneOfEach(t *testing.T, s *Store, had func(Kind) bool) {
	for k := range Kind(kinds) {
		want := 0
		if had(k) {
			want = 1
		}
		if n := s.Stats().Records[k]; n != want {
			t.Errorf("%d %s, want %d", n, k, want)
		}
	}
}

// writeSchema makes a file of an old schema from testdata: bucket → key → JSON.
func writeSchema(t *testing.T, path string, schema int) {
	if schema == 0 {
		return
	}
	var old map[string]map[string]json.RawMessage
	text, err := os.ReadFile(fmt.Sprintf("testdata/schema-%d.json", schema))
	must0(t, err)
	must0(t, json.Unmarshal(text, &old))
	db, err := bolt.Open(path, 0o600, nil)
	must0(t, err)
	must0(t, migrate(db, migrations[:schema]))
	must0(t, db.Update(func(tx *bolt.Tx) error {
		for bucket, records := range old {
			k := kindOf(t, bucket)
			for key, text := range records {
				must0(t, tx.Bucket([]byte(bucket)).Put([]byte(key), seal(k, key, text)))
			}
		}
		return put("store", "revision", "\x00\x00\x00\x00\x00\x00\x00\x07")(tx)
	}))
	must0(t, db.Close())
}

func kindOf(t *testing.T, bucket string) Kind {
	for k := range Kind(kinds) {
		if k.String() == bucket {
			return k
		}
	}
	t.Fatalf("no kind %s", bucket)
	return 0
}

// TestSchemaIsRecorded fails when a record lost a field, or one changed its
// name or form, without a migration: what the newest schema's testdata has
// must still be read, and written again, as it is. Fields that were added are
// written to the testdata with -update.
func TestSchemaIsRecorded(t *testing.T) {
	path := fmt.Sprintf("testdata/schema-%d.json", len(migrations))
	now := map[string]map[string]any{}
	for k, s := range shapes {
		rec := filled(s)
		text, err := s.encode(rec)
		must0(t, err)
		var fields any
		must0(t, json.Unmarshal(text, &fields))
		now[Kind(k).String()] = map[string]any{s.keyOf(rec): fields}
	}
	if *update {
		text, err := json.MarshalIndent(now, "", "  ")
		must0(t, err)
		must0(t, os.WriteFile(path, append(text, '\n'), 0o644))
	}
	text, err := os.ReadFile(path)
	must0(t, err)
	var was map[string]any
	must0(t, json.Unmarshal(text, &was))
	text, err = json.Marshal(now)
	must0(t, err)
	var is map[string]any
	must0(t, json.Unmarshal(text, &is))
	if lost := lostIn(is, was, ""); len(lost) > 0 {
		t.Errorf("the schema changed without a migration (see the package comment):\n%s", strings.Join(lost, "\n"))
	}
}

// lostIn lists what was has and is has not.
func lostIn(is, was any, path string) (lost []string) {
	switch was := was.(type) {
	case map[string]any:
		is, _ := is.(map[string]any)
		for name := range was {
			lost = append(lost, lostIn(is[name], was[name], path+"/"+name)...)
		}
	case []any:
		is, _ := is.([]any)
		if len(is) != len(was) {
			return []string{path}
		}
		for i := range was {
			lost = append(lost, lostIn(is[i], was[i], path+"[]")...)
		}
	default:
		if is != was {
			return []string{path}
		}
	}
	return lost
}

// filled returns a record with every field set.
func filled(s shape) any {
	rec, err := s.decode([]byte("{}"))
	if err != nil {
		panic(err)
	}
	fill(reflect.ValueOf(rec).Elem(), "text")
	return rec
}

// fill sets a value; text is the name of its field in JSON.
func fill(v reflect.Value, text string) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)))
		return
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.MustParseAddr("192.0.2.1")))
		return
	case netip.Prefix:
		v.Set(reflect.ValueOf(netip.MustParsePrefix("192.0.2.0/24")))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			fill(v.Field(i), name)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text)
	case reflect.Map:
		elem := reflect.New(v.Type().Elem()).Elem()
		fill(elem, "value")
		key := reflect.New(v.Type().Key()).Elem()
		fill(key, "key")
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, elem)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.SetInt(7)
	case reflect.Uint64, reflect.Uint32, reflect.Uint16, reflect.Uint8:
		v.SetUint(7)
	default:
		panic("store test: fill does not know " + v.Type().String())
	}
}

func TestMigrateIsOrderedAndResumes(t *testing.T) {
	db, err := bolt.Open(filepath.Join(t.TempDir(), "old.db"), 0o600, nil)
	must0(t, err)
	defer func() { must0(t, db.Close()) }()
	broken := true
	list := []migration{
		{"make", func(tx *bolt.Tx) error { return makeBucket("a")(tx) }},
		{"fill", func(tx *bolt.Tx) error { return put("a", "k", "old")(tx) }},
		{"rename", func(tx *bolt.Tx) error {
			v := string(tx.Bucket([]byte("a")).Get([]byte("k")))
			if err := put("a", "k", v+" and new")(tx); err != nil {
				return err
			}
			if broken {
				return errors.New("power cut")
			}
			return nil
		}},
	}
	steps := []struct {
		list   []migration
		fails  string
		schema uint64
		value  string
	}{
		{list[:1], "", 1, ""},
		{list, "migrate to schema 3 (rename): power cut", 2, "old"},
		{list[:1], "newer ecc", 2, "old"},
		{list, "", 3, "old and new"},
		{list, "", 3, "old and new"},
	}
	for i, step := range steps {
		broken = i < 3
		err := migrate(db, step.list)
		if (err != nil) != (step.fails != "") || (err != nil && !strings.Contains(err.Error(), step.fails)) {
			t.Fatalf("step %d: %v, want %q", i, err, step.fails)
		}
		must0(t, db.View(func(tx *bolt.Tx) error {
			schema, err := schemaOf(tx)
			if value := string(tx.Bucket([]byte("a")).Get([]byte("k"))); schema != step.schema || value != step.value {
				t.Errorf("step %d: schema %d, value %q", i, schema, value)
			}
			return err
		}))
	}
}
