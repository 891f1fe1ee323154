#include "tools/query/options.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/tools/arguments.h"

namespace pdns::tools {
namespace {

constexpr std::chrono::sys_seconds kNow(std::chrono::seconds(1795372931));  // 2026-11-22T18:42:11Z

Result<QueryOptions> ParseNow(int argc, const char* const* argv) {
  return ParseQueryOptions(argc, argv, kNow);
}

Result<QueryOptions> Parse(std::initializer_list<std::string> arguments) {
  return ParseWith(ParseNow, arguments);
}

void ExpectUsage(std::initializer_list<std::string> arguments) {
  const auto options = Parse(arguments);
  std::string line;
  for (const std::string& argument : arguments) line += argument + " ";
  ASSERT_FALSE(options.ok()) << line;
  EXPECT_EQ(options.status().code(), Code::kUsage) << line;
  EXPECT_FALSE(options.status().message().empty()) << line;
}

TEST(QueryOptions, Questions) {
  EXPECT_TRUE(Parse({"www.blah.org"}).ok());
  EXPECT_TRUE(Parse({"--rdata", "205.150.150.0/24"}).ok());
  EXPECT_EQ(Parse({"a.org", "b.org", "--rdata", "192.0.2.1", "--rdata", "192.0.2.2", "--ptr",
                   "192.0.2.1", "--text", "x", "--raw", "00"})
                ->request.questions.size(),
            7U);
  EXPECT_EQ(Parse({"-f", "list"})->list, "list");
  ExpectUsage({});
  ExpectUsage({"-j"});
  ExpectUsage({"a..b"});
  ExpectUsage({"a", "-d", ""});
  ExpectUsage({"a", "-f", ""});
  ExpectUsage({"a", "--since="});
  ExpectUsage({"--rdata"});
  ExpectUsage({"--ptr", "a.org"});
  ExpectUsage({"--glob", "--regex", "a"});
  ExpectUsage({"--regex", "("});
}

TEST(QueryOptions, AnAddressIsAskedForAsRdataAndSaidSo) {
  const auto options = Parse({"205.150.150.140"});
  ASSERT_TRUE(options.ok());
  EXPECT_TRUE(options->request.questions[0].question.turned);
  EXPECT_NE(options->request.questions[0].question.notice, "");
  EXPECT_EQ(Parse({"www.blah.org"})->request.questions[0].question.notice, "");
}

// The span of seconds that first-seen and last-seen may lie in.
std::string Times(std::initializer_list<std::string> arguments) {
  std::vector<std::string> all{"a.org"};
  all.insert(all.end(), arguments);
  std::vector<const char*> argv{"program"};
  for (const std::string& one : all) argv.push_back(one.c_str());
  const auto options = ParseNow(static_cast<int>(argv.size()), argv.data());
  if (!options.ok()) return "refused";
  std::string text;
  for (const query::Between& between :
       {options->request.filter.first, options->request.filter.last}) {
    const auto number = [](std::chrono::sys_seconds time) {
      const bool open =
          time == std::chrono::sys_seconds::min() || time == std::chrono::sys_seconds::max();
      return open ? std::string("..") : std::to_string(time.time_since_epoch().count());
    };
    text += "[" + number(between.from) + " " + number(between.to) + "]";
  }
  return text;
}

TEST(QueryOptions, TimesAreBoundsOfFirstAndLastSeen) {
  EXPECT_EQ(Times({}), "[.. ..][.. ..]");
  EXPECT_EQ(Times({"--since", "100"}), "[.. ..][100 ..]");
  EXPECT_EQ(Times({"--until", "100"}), "[.. 100][.. ..]");
  EXPECT_EQ(Times({"--until", "1970-01-01"}), "[.. 86399][.. ..]");
  EXPECT_EQ(Times({"--since", "100", "--until", "200", "--within"}), "[100 ..][.. 200]");
  EXPECT_EQ(Times({"--at", "1970-01-01T00:01"}), "[.. 119][60 ..]");
  EXPECT_EQ(Times({"--first-after", "1", "--first-before", "2", "--last-after", "3",
                   "--last-before", "4"}),
            "[1 2][3 4]");
  EXPECT_EQ(Times({"--since", "11s"}), "[.. ..][1795372920 ..]");
  EXPECT_EQ(Times({"--since", "soon"}), "refused");
  EXPECT_EQ(Times({"--within"}), "refused");
}

// "20779..20781": days since the epoch.
std::string ActiveDays(std::initializer_list<std::string> arguments) {
  std::vector<std::string> all{"a.org"};
  all.insert(all.end(), arguments);
  std::vector<const char*> argv{"program"};
  for (const std::string& one : all) argv.push_back(one.c_str());
  const auto options = ParseNow(static_cast<int>(argv.size()), argv.data());
  if (!options.ok()) return options.status().code() == Code::kUsage ? "usage" : "another error";
  if (!options->request.filter.active.has_value()) return "any";
  return std::to_string(options->request.filter.active->from.time_since_epoch().count()) + ".." +
         std::to_string(options->request.filter.active->to.time_since_epoch().count());
}

TEST(QueryOptions, ActiveDaysAreWholeDays) {
  EXPECT_EQ(ActiveDays({}), "any");
  EXPECT_EQ(ActiveDays({"--active-on", "2026-11-22"}), "20779..20779");
  EXPECT_EQ(ActiveDays({"--active-on", "2026-11-22T19:00"}), "20779..20779");
  EXPECT_EQ(ActiveDays({"--active-on", "1d"}), "20778..20778");
  EXPECT_EQ(ActiveDays({"--active-between", "2026-11-22,2026-11-24"}), "20779..20781");
  EXPECT_EQ(ActiveDays({"--active-between", "2026-11-22T23,2026-11-22T01"}), "20779..20779");
  EXPECT_EQ(ActiveDays({"--active-between", "7d,now"}), "20772..20779");
  EXPECT_EQ(ActiveDays({"--active-between", "2026-11-24,2026-11-22"}), "usage");
  for (const char* bad : {"2026-11-22", "2026-11-22,", ",", "a,b", "1d,2d,3d", ""}) {
    EXPECT_EQ(ActiveDays({"--active-between", bad}), "usage") << bad;
  }
  EXPECT_EQ(ActiveDays({"--active-on", "soon"}), "usage");
  EXPECT_EQ(ActiveDays({"--active-on", "1d", "--active-between", "2d,1d"}), "usage");
}

TEST(QueryOptions, SensorsAsTheRowsNameThem) {
  EXPECT_TRUE(Parse({"a.org"})->request.sensors.empty());
  EXPECT_EQ(
      Parse({"a.org", "--sensor", "ns1,ns2", "--sensor", R"(a\x2cb\x5c\x00)"})->request.sensors,
      (std::vector<std::string>{"ns1", "ns2", std::string("a,b\\\0", 5)}));
  EXPECT_EQ(Parse({"a.org", "--sensor", ""})->request.sensors, std::vector<std::string>{""});
  EXPECT_EQ(Parse({"a.org", "--sensor", ",ns1"})->request.sensors,
            (std::vector<std::string>{"", "ns1"}));
}

TEST(QueryOptions, NewRowsComeInTheirOwnOrder) {
  EXPECT_FALSE(Parse({"a.org"})->request.new_since.has_value());
  EXPECT_EQ(Parse({"a.org", "--new-since", "11s"})->request.new_since->time,
            kNow - std::chrono::seconds(11));
  EXPECT_EQ(Parse({"a.org", "--new-since", "1970-01-02"})->request.new_since->time,
            std::chrono::sys_seconds(std::chrono::hours(24)));
  EXPECT_TRUE(Parse({"--new-since", "1h"})->request.questions.empty());  // whatever is new
  EXPECT_TRUE(Parse({"--new-since", "1h", "-t", "NS", "-p", "names"}).ok());
  ExpectUsage({"a.org", "--new-since", "soon"});
  ExpectUsage({"a.org", "--new-since", "1h", "--quarantined"});
  ExpectUsage({"a.org", "--new-since", "1h", "--sort", "first"});
  ExpectUsage({"a.org", "--new-since", "1h", "--pivot"});
  ExpectUsage({"--new-since", "1h", "--hits"});
  ExpectUsage({"--new-since", "1h", "--stats"});
}

TEST(QueryOptions, DaysGoWithColumns) {
  EXPECT_FALSE(Parse({"a.org"})->days);
  for (const char* format : {"table", "json", "csv", "tsv"}) {
    EXPECT_TRUE(Parse({"a.org", "--days", "-p", format})->days) << format;
  }
  for (const char* format : {"dig", "names", "values"}) {
    ExpectUsage({"a.org", "--days", "-p", format});
  }
  ExpectUsage({"a.org", "--days", "--summarize"});
  ExpectUsage({"a.org", "--days", "--pivot", "--dot"});
}

// A cursor goes on with the same question only, also where that is asked later or in other words.
TEST(QueryOptions, TheSealHasEveryFilterAndNoLooks) {
  const auto seal = [](std::initializer_list<std::string> arguments) {
    return query::AnswerHash(Parse(arguments)->request);
  };
  const Sha256Digest asked = seal({"a.org"});
  EXPECT_EQ(seal({"a.org", "--days", "-j", "-l", "5", "--local"}), asked);
  EXPECT_EQ(seal({"A.ORG.", "--count-only"}), asked);
  EXPECT_EQ(seal({"a.org", "-t", "MX,A"}), seal({"-t", "A", "a.org", "-t", "MX"}));
  for (const auto& [option, value] :
       std::vector<std::pair<std::string, std::string>>{{"--active-on", "1d"},
                                                        {"--active-between", "2d,1d"},
                                                        {"--sensor", "ns1"},
                                                        {"--new-since", "1d"},
                                                        {"--since", "1d"},
                                                        {"--until", "1d"},
                                                        {"--at", "1d"},
                                                        {"--sort", "last"},
                                                        {"-p", "names"}}) {
    EXPECT_NE(seal({"a.org", option, value}), asked) << option;
    std::vector<std::string> all{"pdns-query", "a.org", option, value};
    std::vector<const char*> argv;
    for (const std::string& one : all) argv.push_back(one.c_str());
    const auto later = ParseQueryOptions(static_cast<int>(argv.size()), argv.data(),
                                         kNow + std::chrono::hours(50));
    EXPECT_EQ(query::AnswerHash(later->request), seal({"a.org", option, value})) << option;
  }
  EXPECT_NE(seal({"a.org", "--sensor", "ns1"}), seal({"a.org", "--sensor", "ns2"}));
}

TEST(QueryOptions, WhereACursorGoes) {
  EXPECT_TRUE(Parse({"a.org", "--cursor", "00", "-p", "names"}).ok());
  EXPECT_TRUE(Parse({"a.org", "--cursor", "00", "--sort", "last"}).ok());
  ExpectUsage({"a.org", "--cursor", "00", "--pivot"});
  ExpectUsage({"a.org", "--cursor", "00", "-p", "names", "--sort", "last"});
}

TEST(QueryOptions, Formats) {
  EXPECT_EQ(Parse({"a.org", "-p", "csv"})->format->name, "csv");
  EXPECT_EQ(Parse({"a.org", "-j"})->format->name, "json");
  EXPECT_EQ(Parse({"a.org", "-j", "-p", "json"})->format->name, "json");
  EXPECT_EQ(Parse({"a.org", "--summarize"})->request.show, query::Show::kSummary);
  EXPECT_EQ(Parse({"a.org", "--color", "never"})->colour, false);
  EXPECT_FALSE(Parse({"a.org"})->colour.has_value());
  ExpectUsage({"a.org", "-j", "-p", "csv"});
  ExpectUsage({"a.org", "-p", "xml"});
  ExpectUsage({"a.org", "--summarize", "--count-only"});
  ExpectUsage({"a.org", "--color", "blue"});
}

TEST(QueryOptions, PivotBeginsAtOneThing) {
  EXPECT_EQ(Parse({"--pivot", "a.org"})->request.pivot->depth, 2U);
  EXPECT_EQ(Parse({"--pivot", "3", "a.org"})->request.pivot->depth, 3U);
  EXPECT_EQ(Parse({"a.org", "--pivot=4"})->request.pivot->depth, 4U);
  EXPECT_EQ(Parse({"a.org", "--pivot", "--slack", "1d"})->request.pivot->slack,
            std::chrono::hours(24));
  EXPECT_TRUE(std::holds_alternative<dns::AddressBlock>(
      Parse({"192.0.2.1", "--pivot"})->request.pivot->start));
  EXPECT_FALSE(Parse({"a.org"})->request.pivot.has_value());
  EXPECT_EQ(Parse({"a.org", "--pivot", "--dot"})->request.show, query::Show::kGraph);
  ExpectUsage({"--pivot"});
  ExpectUsage({"--pivot", "a.org", "b.org"});
  ExpectUsage({"--pivot", "*.a.org"});
  ExpectUsage({"--pivot", "192.0.2.0/24"});
  ExpectUsage({"--pivot", "0", "a.org"});
  ExpectUsage({"--pivot", "11", "a.org"});
  ExpectUsage({"--pivot", "a.org", "--sort", "name"});
  ExpectUsage({"--dot", "a.org"});
}

TEST(QueryOptions, Sorting) {
  EXPECT_EQ(Parse({"a.org", "--sort", "last", "-r"})->request.order->by, query::SortBy::kLast);
  EXPECT_TRUE(Parse({"a.org", "--sort", "last", "-r"})->request.order->reverse);
  ExpectUsage({"a.org", "--sort", "size"});
  ExpectUsage({"a.org", "-r"});
}

TEST(QueryOptions, Filters) {
  const auto options = Parse({"a.org", "-t", "A", "-t", "AAAA,MX", "--min-count", "2", "--exclude",
                              "b.org", "--exclude", "10.0.0.0/8", "--bailiwick", "org"});
  ASSERT_TRUE(options.ok());
  EXPECT_TRUE(options->request.filter.types.Holds(record::RrType::kMx));
  EXPECT_FALSE(options->request.filter.types.Holds(record::RrType::kNs));
  EXPECT_EQ(options->request.filter.min_count, 2U);
  EXPECT_EQ(options->request.filter.excluded_names.size(), 1U);
  EXPECT_EQ(options->request.filter.excluded_addresses.size(), 1U);
  ExpectUsage({"a.org", "--min-count", "-1"});
  ExpectUsage({"a.org", "--exclude", "a..b"});
}

TEST(QueryOptions, LimitsAreWholeNumbers) {
  EXPECT_EQ(Parse({"a.org"})->request.limit, 0U);
  EXPECT_EQ(Parse({"a.org", "-l", "7"})->request.limit, 7U);
  for (const char* bad : {"-5", "-1", "1.5", "x", "", "18446744073709551616"}) {
    ExpectUsage({"a.org", std::string("--limit=") + bad});
  }
}

TEST(QueryOptions, WhatGoesTogether) {
  ExpectUsage({"a.org", "--wire"});
  const auto options = Parse({"a.org", "--wire", "-j", "--quarantined", "-d", "db"});
  ASSERT_TRUE(options.ok());
  EXPECT_TRUE(options->wire && options->request.trust == store::Trust::kQuarantined);
  EXPECT_EQ(options->database, "db");
  ExpectUsage({"a.org", "-t", "NOSUCHTYPE"});
  ExpectUsage({"a.org", "--no-such-thing"});
}

TEST(QueryOptions, StatsAskNothing) {
  EXPECT_FALSE(Parse({"a.org"})->stats);
  EXPECT_TRUE(Parse({"--stats"})->stats);
  EXPECT_TRUE(Parse({"--stats", "-j"})->format->name == "json");
  EXPECT_TRUE(Parse({"--stats", "-p", "json", "-d", "db"})->format->name == "json");
  EXPECT_EQ(Parse({"--stats", "-d", "db"})->database, "db");
  EXPECT_TRUE(Parse({"--stats", "--local", "--color", "never"})->local);
  EXPECT_FALSE(Parse({"--stats"})->recount);
  EXPECT_TRUE(Parse({"--stats", "--recount"})->recount);
  ExpectUsage({"a.org", "--recount"});
  ExpectUsage({"--stats", "--days"});
  ExpectUsage({"--stats", "--sensor", "ns1"});
  ExpectUsage({"--stats", "a.org"});
  ExpectUsage({"--stats", "--rdata", "192.0.2.1"});
  ExpectUsage({"--stats", "-f", "list"});
  ExpectUsage({"--stats", "--since", "7d"});
  ExpectUsage({"--stats", "-t", "A"});
  ExpectUsage({"--stats", "-l", "5"});
  ExpectUsage({"--stats", "--quarantined"});
  ExpectUsage({"--stats", "--summarize"});
  ExpectUsage({"--stats", "--pivot"});
  ExpectUsage({"--stats", "--wire", "-j"});
  ExpectUsage({"--stats", "-p", "csv"});
  ExpectUsage({"--stats", "-j", "-p", "csv"});
  const std::string said = Parse({"--stats", "a.org"}).status().message();
  EXPECT_NE(said.find("--summarize"), std::string::npos) << said;
}

TEST(QueryOptions, HelpAndVersionNeedNothingElse) {
  EXPECT_NE(Parse({"-h"})->print_and_exit.find("--quarantined"), std::string::npos);
  EXPECT_EQ(Parse({"-h"})->print_and_exit.find("--max-count"), std::string::npos);
  EXPECT_NE(Parse({"--help-all"})->print_and_exit.find("--max-count"), std::string::npos);
  EXPECT_EQ(Parse({"--version"})->print_and_exit.find("pdns-query "), 0U);
}

}  // namespace
}  // namespace pdns::tools
