#include "ask/stix_pattern.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pdns::ask {
namespace {

using Texts = std::vector<std::string>;

Texts ValuesOf(std::string_view pattern, bool good = true) {
  Texts values;
  const Status status =
      StixValues(pattern, [&](std::string_view value) { values.emplace_back(value); });
  EXPECT_EQ(status.ok(), good) << pattern;
  return values;
}

TEST(StixValues, OfNamesAddressesAndUrls) {
  EXPECT_EQ(ValuesOf("[domain-name:value = 'a.example']"), Texts{"a.example"});
  EXPECT_EQ(ValuesOf("[domain-name:value='a.example'OR domain-name:value=='b.example']"),
            (Texts{"a.example", "b.example"}));
  EXPECT_EQ(ValuesOf("[ipv4-addr:value IN ('192.0.2.1','192.0.2.2')] FOLLOWEDBY "
                     "([ipv6-addr:value ISSUBSET '2001:db8::/32'] WITHIN 5 SECONDS)"),
            (Texts{"192.0.2.1", "192.0.2.2", "2001:db8::/32"}));
  EXPECT_EQ(ValuesOf("[url:value = 'http://a.example/it\\'s\\\\']"),
            Texts{"http://a.example/it's\\"});
  EXPECT_EQ(ValuesOf("[domain-name:resolves_to_refs[*].value = '192.0.2.1' AND "
                     "network-traffic:src_ref.value = '192.0.2.2' AND email-addr:value = 'x@y.z']"),
            (Texts{"192.0.2.1", "192.0.2.2", "x@y.z"}));
}

TEST(StixValues, OtherPathsAndComparisonsSayNothing) {
  for (const char* pattern : {"",
                              "[",
                              "[]",
                              "[file:name = 'a.example']",
                              "[file:hashes.'SHA-256' = 'ff']",
                              "[domain-name:value != 'a.example']",
                              "[domain-name:value <> 'a.example']",
                              "[domain-name:value NOT = 'a.example']",
                              "[domain-name:value NOT IN ('a.example')]",
                              "[domain-name:value NOT LIKE '%']",
                              "[domain-name:value >= 'a.example']",
                              "[EXISTS domain-name:value] START t'2026-01-01T00:00:00Z'",
                              "[domain-name:value[0] = 'x']",
                              "[network-traffic:dst_ref.type = 'ipv4-addr']",
                              "[x-domain-name:value = 'a.example']",
                              "[domain-name:value.x = 'a']",
                              "[domain-name:x.'value' = 'a']",
                              "'a.example'",
                              "[domain-name:value = 5 AND 'a.example']",
                              "domain-name",
                              "domain-name:",
                              "a:b[",
                              "[domain-name:value] = 'a.example'"}) {
    EXPECT_EQ(ValuesOf(pattern), Texts{}) << pattern;
  }
}

TEST(StixValues, RefusesWhatHasNoEndAndWhatIsNoValue) {
  EXPECT_EQ(ValuesOf("[domain-name:value = 'a.example", false), Texts{});
  EXPECT_EQ(ValuesOf("[domain-name:value = 'a.example\\", false), Texts{});
  EXPECT_EQ(ValuesOf("[a:b.'c", false), Texts{});
  EXPECT_EQ(ValuesOf("[domain-name:value = 'a' OR domain-name:value LIKE '%.b']", false),
            Texts{"a"});
  EXPECT_EQ(ValuesOf("[url:value MATCHES 'x' OR url:value = 'http://b']", false),
            Texts{"http://b"});
}

}  // namespace
}  // namespace pdns::ask
