#include "serve/dnsdb_request.h"

#include <gtest/gtest.h>

#include "unit/support/rows.h"

namespace pdns::serve {
namespace {

using std::chrono::sys_seconds;
using testing::At;

constexpr std::int64_t kNow = 1'795'372'876;

Result<DnsdbRequest> Parse(std::string_view path, std::string_view query = "") {
  const auto url = ParseUrl(path, query);
  EXPECT_TRUE(url.ok()) << path;
  return ParseDnsdb(url->path, *url, At(kNow));
}

const ask::Question& QuestionOf(const Result<DnsdbRequest>& request) {
  static const ask::Question kNone;
  EXPECT_TRUE(request.ok()) << request.status().message();
  return request.ok() ? request->request.questions.at(0).question : kNone;
}

TEST(DnsdbRequest, RrsetsAreAskedByOwner) {
  const auto all = Parse("/lookup/rrset/name/www.blah.org");
  EXPECT_EQ(QuestionOf(all).side, store::Side::kOwner);
  EXPECT_EQ(all->shape, DnsdbShape::kRrset);
  EXPECT_FALSE(all->summarize);
  EXPECT_EQ(QuestionOf(all).identity,
            QuestionOf(Parse("/lookup/rrset/name/WWW.blah.org.")).identity);
  EXPECT_EQ(QuestionOf(all).identity,
            QuestionOf(Parse("/lookup/rrset/raw/0377777704626C6168036F726700")).identity);
  EXPECT_TRUE(Parse("/summarize/rrset/name/www.blah.org/a/org")->summarize);
  EXPECT_EQ(Parse("/lookup/rrset/name/x/aaaa")->request.filter.types.PlainList(),
            std::vector{record::RrType::kAaaa});
  EXPECT_EQ(Parse("/lookup/rrset/name/x/ANY/org")->request.filter.bailiwicks.size(), 1U);
}

TEST(DnsdbRequest, WildcardsStandOnBothSides) {
  for (const char* name : {"%2A.blah.org", "www.%2A", "*.blah.org", "."}) {
    EXPECT_TRUE(Parse(std::string("/lookup/rrset/name/") + name).ok()) << name;
    EXPECT_TRUE(Parse(std::string("/lookup/rdata/name/") + name).ok()) << name;
  }
}

// What is given as a name is one, whatever it looks like: programs do not paste.
TEST(DnsdbRequest, NamesAreNotGuessedAt) {
  EXPECT_EQ(QuestionOf(Parse("/lookup/rrset/name/1.2.3.4")).side, store::Side::kOwner);
  EXPECT_EQ(QuestionOf(Parse("/lookup/rdata/name/1.2.3.4")).side, store::Side::kTarget);
  EXPECT_TRUE(Parse("/lookup/rrset/name/_dmarc.blah.org").ok());
  EXPECT_TRUE(Parse("/lookup/rrset/name/0%2F25.2.0.192.in-addr.arpa").ok());
  EXPECT_EQ(Parse("/lookup/rrset/name/a..b").status().code(), Code::kUsage);
}

TEST(DnsdbRequest, AddressesBlocksAndRanges) {
  for (const char* text : {"192.0.2.1", "192.0.2.0,24", "192.0.2.0%2C24", "192.0.2.0%2F24",
                           "192.0.2.1-192.0.2.9", "2001:db8::1", "2001%3Adb8%3A%3A,32"}) {
    for (const char* type : {"", "/A", "/aaaa", "/ANY", "/"}) {
      const auto request = Parse(std::string("/lookup/rdata/ip/") + text + type);
      EXPECT_EQ(QuestionOf(request).side, store::Side::kAddress) << text << type;
      EXPECT_TRUE(request->request.filter.types.PlainList().empty());
    }
  }
  EXPECT_EQ(Parse("/lookup/rdata/ip/192.0.2.1/TXT").status().code(), Code::kUsage);
  EXPECT_EQ(Parse("/lookup/rdata/ip/www.blah.org").status().code(), Code::kUsage);
  EXPECT_EQ(Parse("/lookup/rdata/ip/192.0.2.0,33").status().code(), Code::kUsage);
}

TEST(DnsdbRequest, RawIsHex) {
  EXPECT_TRUE(Parse("/lookup/rdata/raw/C0000201/A").ok());
  EXPECT_EQ(Parse("/lookup/rdata/raw/C00002010/A").status().code(), Code::kUsage);
  EXPECT_EQ(Parse("/lookup/rrset/raw/03777777").status().code(), Code::kUsage);
}

TEST(DnsdbRequest, FlexibleSearch) {
  const auto names = Parse("/regex/rrnames/%5Ew+%5C./A", "exclude=x%5C.org");
  EXPECT_EQ(names->shape, DnsdbShape::kFlexName);
  EXPECT_EQ(names->request.filter.excluded_names.size(), 1U);
  const auto rdata = Parse("/glob/rdata/ns*.dns.net.", "exclude=*x*");
  EXPECT_EQ(rdata->shape, DnsdbShape::kFlexRdata);
  EXPECT_NE(rdata->excluded_targets, nullptr);
  EXPECT_EQ(Parse("/regex/rrnames/(").status().code(), Code::kUsage);
  EXPECT_EQ(Parse("/regex/rrnames/a", "exclude=(").status().code(), Code::kUsage);
}

TEST(DnsdbRequest, OtherPathsAreNone) {
  for (const char* path :
       {"/", "/lookup", "/lookup/rrset", "/lookup/rrset/name", "/lookup/rrset/ip/192.0.2.1",
        "/lookup/rdata/name/x/A/org", "/lookup/rrset/name/x/A/org/more", "/lookup/x/name/y",
        "/look/rrset/name/x", "/regex/rrset/x", "/regex/rrnames", "/regex/rrnames/a/A/b",
        "/summarize/rdata/other/x", "/etc/passwd"}) {
    EXPECT_EQ(Parse(path).status().code(), Code::kNoInput) << path;
  }
}

TEST(DnsdbRequest, Limits) {
  const std::string path = "/lookup/rrset/name/x";
  EXPECT_EQ(Parse(path)->limit, DnsdbRequest::kDefaultLimit);
  EXPECT_EQ(Parse(path, "limit=7")->limit, 7U);
  EXPECT_EQ(Parse(path, "limit=7/")->limit, 7U);
  EXPECT_EQ(Parse(path, "limit=0")->limit, DnsdbRequest::kMostRows);
  EXPECT_EQ(Parse(path, "limit=18446744073709551615")->limit, DnsdbRequest::kMostRows);
  EXPECT_EQ(Parse(path, "offset=12")->offset, 12U);
  EXPECT_EQ(Parse(path, "max_count=9")->max_count, 9U);
  for (const char* query : {"limit=-1", "limit=18446744073709551616", "limit=", "limit=x",
                            "limit=1.5", "limit=%2010", "offset=-1", "max_count=a"}) {
    EXPECT_EQ(Parse(path, query).status().code(), Code::kUsage) << query;
  }
}

TEST(DnsdbRequest, Booleans) {
  const std::string path = "/lookup/rrset/name/x";
  for (const char* yes : {"t", "true", "True", "TRUE", "1", "1/"})
    EXPECT_TRUE(Parse(path, std::string("humantime=") + yes)->human_time) << yes;
  for (const char* no : {"f", "false", "False", "0"})
    EXPECT_FALSE(Parse(path, std::string("humantime=") + no)->human_time) << no;
  EXPECT_FALSE(Parse(path)->human_time);
  EXPECT_TRUE(Parse(path, "aggr=f&swclient=dnsdbq&version=2.6.4&id=x&unheard_of=1").ok());
  EXPECT_EQ(Parse(path, "aggr=maybe").status().code(), Code::kUsage);
}

TEST(DnsdbRequest, FencesAreInclusiveAndMayBeRelative) {
  const std::string path = "/lookup/rrset/name/x";
  const auto request = Parse(path,
                             "time_first_after=100&time_first_before=200&time_last_after=-60"
                             "&time_last_before=300");
  ASSERT_TRUE(request.ok());
  const query::Filter& filter = request->request.filter;
  EXPECT_EQ(filter.first.from, At(100));
  EXPECT_EQ(filter.first.to, At(200));
  EXPECT_EQ(filter.last.from, At(kNow - 60));
  EXPECT_EQ(filter.last.to, At(300));
  EXPECT_EQ(filter.last.from_ago, std::chrono::seconds(60));
  EXPECT_EQ(Parse(path, "time_first_after=-9223372036854775808")->request.filter.first.from, At(0));
  EXPECT_EQ(Parse(path, "time_first_after=9223372036854775808").status().code(), Code::kUsage);
  EXPECT_EQ(Parse(path, "time_last_before=yesterday").status().code(), Code::kUsage);
}

}  // namespace
}  // namespace pdns::serve
