package roles

import (
	"testing"

	"ecc/cloud"
	"ecc/roles/walrus"
)

func TestAccountQuota(t *testing.T) {
	for text, want := range map[string]walrus.Quota{
		"123456789012=10GiB":      {Bytes: 10 * cloud.GiB},
		"123456789012=10GiB/1000": {Bytes: 10 * cloud.GiB, Objects: 1000},
		"123456789012=0B/1":       {Objects: 1},
		"123456789012=0B":         {},
	} {
		var q AccountQuota
		if err := q.UnmarshalText([]byte(text)); err != nil || q.Quota != want || q.Account != "123456789012" {
			t.Errorf("%s: %+v, %v", text, q, err)
		}
		if again, err := q.MarshalText(); err != nil || string(again) != text {
			t.Errorf("%s is written %s, %v", text, again, err)
		}
	}
	for _, text := range []string{"", "blue=1GiB", "123456789012", "123456789012=1", "123456789012=1GiB/", "123456789012=1GiB/-1", "123456789012=1GiB/x"} {
		if err := new(AccountQuota).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestQuotaSettings(t *testing.T) {
	cfg, err := Load(Sources{Hostname: "h", Flags: map[string]string{"walrus.quota": "1GiB", "walrus.quotas": "123456789012=10GiB/5, 210987654321=0B"}})
	if err != nil || cfg.Walrus.quotas()["123456789012"].Objects != 5 || len(cfg.Walrus.quotas()) != 2 {
		t.Errorf("%+v, %v", cfg.Walrus.Quotas, err)
	}
	for key, value := range map[string]string{"walrus.quota_objects": "-1", "walrus.quotas": "123456789012=1B,123456789012=2B", "walrus.scrub_every": "-1s"} {
		if _, err := Load(Sources{Hostname: "h", Flags: map[string]string{key: value}}); err == nil {
			t.Errorf("%s = %s was taken", key, value)
		}
	}
}
