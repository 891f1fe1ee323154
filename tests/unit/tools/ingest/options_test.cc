#include "tools/ingest/options.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "unit/support/temp_dir.h"
#include "unit/tools/arguments.h"

namespace pdns::tools {
namespace {

using pdns::testing::TempDir;
using pdns::testing::WriteFile;
using std::chrono::milliseconds;
using std::chrono::seconds;

Result<IngestOptions> Parse(std::initializer_list<std::string> arguments) {
  const auto parse =
      +[](int argc, const char* const* argv) { return ParseIngestOptions(argc, argv); };
  return ParseWith(parse, arguments);
}

void ExpectUsage(std::initializer_list<std::string> arguments, const std::string& word) {
  const auto options = Parse(arguments);
  ASSERT_FALSE(options.ok()) << *arguments.begin();
  EXPECT_EQ(options.status().code(), Code::kUsage) << options.status().message();
  EXPECT_NE(options.status().message().find(word), std::string::npos) << options.status().message();
}

TEST(IngestOptions, Defaults) {
  const auto options = Parse({"a.dnstap"});
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_EQ(options->paths, std::vector<std::string>{"a.dnstap"});
  EXPECT_TRUE(options->endpoints.empty());
  EXPECT_TRUE(options->followed.empty());
  EXPECT_TRUE(options->watched.empty());
  EXPECT_FALSE(options->live());
  EXPECT_FALSE(options->archive.has_value());
  EXPECT_EQ(options->limits.connections, 1000U);
  EXPECT_EQ(options->limits.memory, 64U << 20);
  EXPECT_EQ(options->access.mode, 0660U);
  EXPECT_EQ(options->stats_interval, seconds(0));
  EXPECT_EQ(options->control, "");
  EXPECT_EQ(options->metrics, "");
  EXPECT_EQ(options->database, "");
  EXPECT_EQ(options->policy.accepted, dnstap::SetOf(dnstap::kResolverResponse));
  EXPECT_EQ(options->policy.untrusted, source::Untrusted::kQuarantine);
  EXPECT_EQ(options->flush_interval, seconds(10));
  EXPECT_EQ(options->memory, 512U << 20);
  EXPECT_FALSE(options->report_json);
  EXPECT_EQ(options->print_and_exit, "");
}

// As a script gives them whose variable is not set.
TEST(IngestOptions, AnEmptyTextIsNoText) {
  for (const char* option :
       {"--database", "--control", "--tls-cert", "--tls-key", "--tls-client-ca", "--metrics",
        "--socket-owner", "--socket-group", "--backfill-group", "--archive"})
    ExpectUsage({"-a", "6000", option, ""}, option);
  ExpectUsage({"-a", "6000", "--tls-cert", "c", "--tls-key", "k", "--tls-client-ca="},
              "--tls-client-ca");
}

TEST(IngestOptions, PathsInTheirOrderAndADash) {
  const auto options = Parse({"b", "-", "a", "-d", "db", "c"});
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_EQ(options->paths, (std::vector<std::string>{"b", "-", "a", "c"}));
  EXPECT_EQ(options->database, "db");
  const auto after = Parse({"--", "-strange-name"});
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->paths, std::vector<std::string>{"-strange-name"});
}

TEST(IngestOptions, WhatIsEnoughAlone) {
  for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{
           {"-u", "/run/x"}, {"-a", "6000"}, {"--follow", "f"}, {"--watch", "d"}}) {
    const auto options = Parse({option, value});
    ASSERT_TRUE(options.ok()) << option << ": " << options.status().message();
    EXPECT_TRUE(options->live()) << option;
  }
  EXPECT_TRUE(Parse({"--activated"})->live());
  EXPECT_FALSE(Parse({"--compact"})->live());
  EXPECT_FALSE(Parse({"--backfill", "a"})->live());
  ExpectUsage({"-d", "db"}, "nothing to take");
  ExpectUsage({"--verbose"}, "nothing to take");
}

TEST(IngestOptions, SocketsInTheirOrder) {
  const auto options = Parse({"-u", "/run/a", "--unix", "/run/b", "-a", "6000", "--listen",
                              "[::1]:6001", "-a", "192.0.2.1:6002"});
  ASSERT_TRUE(options.ok()) << options.status().message();
  std::vector<std::string> texts;
  for (const net::Endpoint& endpoint : options->endpoints) {
    texts.push_back(endpoint.text);
    EXPECT_FALSE(endpoint.tls);
    EXPECT_EQ(endpoint.kind == net::Endpoint::Kind::kUnix, endpoint.text[0] == '/');
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"/run/a", "/run/b", "127.0.0.1:6000", "[::1]:6001",
                                             "192.0.2.1:6002"}));
  for (const char* bad :
       {"localhost:6000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", ":x", "::1:6000", ""}) {
    ExpectUsage({std::string("--listen=") + bad}, "listen");
  }
}

TEST(IngestOptions, SocketFiles) {
  const auto options = Parse(
      {"-u", "s", "--socket-mode", "0600", "--socket-owner", "pdns", "--socket-group", "named"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->access.mode, 0600U);
  EXPECT_EQ(options->access.owner, "pdns");
  EXPECT_EQ(options->access.group, "named");
  EXPECT_EQ(Parse({"-u", "s", "--socket-mode", "777"})->access.mode, 0777U);
  for (const char* bad : {"0", "1777", "0668", "rw", "-660", "+660", "660 ", "0x1ff"}) {
    ExpectUsage({"-u", "s", std::string("--socket-mode=") + bad}, "is no mode such as 0660");
  }
}

TEST(IngestOptions, WhoMayHaveFilesTaken) {
  EXPECT_EQ(Parse({"-u", "s"})->backfill_group, "");
  EXPECT_EQ(Parse({"-u", "s", "--backfill-group", "ops"})->backfill_group, "ops");
}

TEST(IngestOptions, Tls) {
  const auto options =
      Parse({"-u", "s", "-a", "6000", "--tls-cert", "c", "--tls-key", "k", "--tls-client-ca", "a"});
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_FALSE(options->endpoints[0].tls);
  EXPECT_TRUE(options->endpoints[1].tls);
  EXPECT_EQ(options->tls_certificate, "c");
  EXPECT_EQ(options->tls_key, "k");
  EXPECT_EQ(options->tls_client_authorities, "a");
  EXPECT_TRUE(Parse({"--activated", "--tls-cert", "c", "--tls-key", "k"}).ok());
  ExpectUsage({"-a", "6000", "--tls-cert", "c"}, "TLS needs both");
  ExpectUsage({"-a", "6000", "--tls-key", "k"}, "TLS needs both");
  ExpectUsage({"-a", "6000", "--tls-client-ca", "a"}, "TLS needs both");
  ExpectUsage({"-u", "s", "--tls-cert", "c", "--tls-key", "k"}, "--tls-cert is for TCP");
}

TEST(IngestOptions, LimitsOfConnections) {
  const auto options = Parse({"-u", "s", "--max-connections", "5", "--connection-memory", "8M"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->limits.connections, 5U);
  EXPECT_EQ(options->limits.memory, 8U << 20);
  for (const char* bad : {"0", "-1", "many", "", "5k"})
    ExpectUsage({"-u", "s", std::string("--max-connections=") + bad}, "max-connections");
  // Less than a frame, and no peer could ever send one.
  for (const char* bad : {"0", "1", "1023K", "much"})
    ExpectUsage({"-u", "s", std::string("--connection-memory=") + bad}, "--connection-memory");
}

TEST(IngestOptions, Archive) {
  const auto options = Parse({"-u", "s", "--archive", "dir"});
  ASSERT_TRUE(options.ok());
  ASSERT_TRUE(options->archive.has_value());
  EXPECT_EQ(options->archive->directory, "dir");
  EXPECT_EQ(options->archive->name, "pdns");
  EXPECT_FALSE(options->archive->all);
  EXPECT_TRUE(options->archive->compress);
  EXPECT_EQ(options->archive->rotate_after, seconds(3600));
  EXPECT_EQ(options->archive->rotate_bytes, 0U);
  EXPECT_EQ(options->archive->keep_for, seconds(0));
  EXPECT_EQ(options->archive->keep_bytes, 0U);
  EXPECT_EQ(options->archive->min_free, 1U << 30);
  const auto all = Parse({"--activated", "--archive", "dir", "--archive-name", "n", "--archive-all",
                          "--archive-rotate", "256M,2h", "--archive-keep", "30d,100G", "--min-free",
                          "5G", "--no-archive-compress"});
  ASSERT_TRUE(all.ok()) << all.status().message();
  EXPECT_EQ(all->archive->name, "n");
  EXPECT_TRUE(all->archive->all);
  EXPECT_FALSE(all->archive->compress);
  EXPECT_EQ(all->archive->rotate_after, seconds(7200));
  EXPECT_EQ(all->archive->rotate_bytes, 256U << 20);
  EXPECT_EQ(all->archive->keep_for, std::chrono::hours(30 * 24));
  EXPECT_EQ(all->archive->keep_bytes, std::uint64_t{100} << 30);
  EXPECT_EQ(all->archive->min_free, std::uint64_t{5} << 30);
  const auto by_size = Parse({"-u", "s", "--archive", "dir", "--archive-rotate", "1G"});
  EXPECT_EQ(by_size->archive->rotate_after, seconds(0));  // what is named stands alone
}

TEST(IngestOptions, ArchivesThatCannotBe) {
  ExpectUsage({"a", "--archive", "dir"}, "--archive is for what sockets take");
  ExpectUsage({"--watch", "w", "--archive", "dir"}, "--archive is for what sockets take");
  for (const char* option : {"--archive-all", "--no-archive-compress", "--archive-keep=1d",
                             "--archive-rotate=1h", "--archive-name=n", "--min-free=1G"}) {
    ExpectUsage({"-u", "s", option}, "need --archive DIR");
  }
  for (const char* bad : {"--archive-rotate=soon", "--archive-rotate=1", "--archive-rotate=1h,2h",
                          "--archive-keep=", "--archive-keep=30", "--min-free=some"}) {
    const std::string option(bad);
    ExpectUsage({"-u", "s", "--archive", "dir", option}, option.substr(0, option.find('=')));
  }
}

TEST(IngestOptions, HowMuchTheDatabaseMayHold) {
  const auto none = Parse({"a"});
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->database_limits.any());
  const auto both = Parse({"a", "--max-database", "2G", "--min-free-database", "256M"});
  ASSERT_TRUE(both.ok()) << both.status().message();
  EXPECT_EQ(both->database_limits.most, std::uint64_t{2} << 30);
  EXPECT_EQ(both->database_limits.least_free, 256U << 20);
  ExpectUsage({"a", "--max-database", "much"}, "--max-database");
  ExpectUsage({"a", "--max-database", "1023K"}, "--max-database: at least 1M");
  ExpectUsage({"a", "--min-free-database", "some"}, "--min-free-database");
}

TEST(IngestOptions, HowMuchOfTheJournalIsKept) {
  constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
  const auto of = [](const std::string& text) {
    auto options = Parse({"a", "--journal-keep", text});
    EXPECT_TRUE(options.ok()) << options.status().message();
    return std::pair(options->journal_keep.age, options->journal_keep.rows);
  };
  const std::chrono::seconds day = std::chrono::hours(24);
  EXPECT_EQ(of("7d,100000000"), std::pair(7 * day, std::uint64_t{100'000'000}));
  EXPECT_EQ(of("1000,36h"), std::pair(day * 3 / 2, std::uint64_t{1000}));
  EXPECT_EQ(of("30d"), std::pair(30 * day, kNoLimit));
  EXPECT_EQ(of("5").second, 5U);
  EXPECT_GT(of("5").first, 36'500 * day);
  const auto usual = Parse({"a"});
  EXPECT_EQ(usual->journal_keep.age, 7 * day);
  EXPECT_EQ(usual->journal_keep.rows, 100'000'000U);
  for (const char* bad : {"", "0", "59m", "1d,2d", "1,2", "1d,", ",1", "1d,2,3", "-1", "many", "1G",
                          "18446744073709551616"}) {
    ExpectUsage({"a", "--journal-keep", bad}, "journal-keep");
  }
}

TEST(IngestOptions, FilesThatAreNamedInSeveralWays) {
  const auto options = Parse({"a", "--backfill", "b", "--backfill", "c", "--follow", "f",
                              "--follow", "g", "--watch", "w", "--watch", "x"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->paths, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(options->followed, (std::vector<std::string>{"f", "g"}));
  EXPECT_EQ(options->watched, (std::vector<std::string>{"w", "x"}));
}

TEST(IngestOptions, WhatIsToldMeanwhile) {
  const auto options = Parse(
      {"-u", "s", "--control", "c.sock", "--metrics", "127.0.0.1:9000", "--stats-interval", "5m"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->control, "c.sock");
  EXPECT_EQ(options->metrics, "127.0.0.1:9000");
  EXPECT_EQ(options->stats_interval, std::chrono::minutes(5));
  for (const char* bad : {"60", "soon", "-1s", ""})
    ExpectUsage({"-u", "s", std::string("--stats-interval=") + bad}, "stats-interval");
}

TEST(IngestOptions, HostsOfTheMetrics) {
  const auto options = Parse({"-u", "s", "--metrics", "9000", "--metrics-host", "ns1.example.net",
                              "--metrics-host", "ingest"});
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_EQ(options->metrics_hosts, (std::vector<std::string>{"ns1.example.net", "ingest"}));
  EXPECT_TRUE(Parse({"-u", "s", "--metrics", "9000", "--metrics-host", "*"}).ok());
  for (const char* bad : {"", "ns1:9000", "a b", "*.example.net"}) {
    ExpectUsage({"-u", "s", "--metrics", "9000", std::string("--metrics-host=") + bad},
                "--metrics-host");
  }
  ExpectUsage({"-u", "s", "--metrics-host", "ns1"}, "--metrics");
}

TEST(IngestOptions, MessageTypes) {
  const auto options = Parse({"a", "--message-type", "RESOLVER_RESPONSE,FORWARDER_RESPONSE"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->policy.accepted,
            dnstap::SetOf(dnstap::kResolverResponse) | dnstap::SetOf(dnstap::kForwarderResponse));
  for (const char* bad : {"UNKNOWN", "resolver_response", "4", "RESOLVER_RESPONSE,,AUTH_RESPONSE",
                          " RESOLVER_RESPONSE", ","}) {
    ExpectUsage({"a", "--message-type", bad}, "--message-type");
  }
}

TEST(IngestOptions, Untrusted) {
  EXPECT_EQ(Parse({"a", "--untrusted", "store"})->policy.untrusted, source::Untrusted::kStore);
  EXPECT_EQ(Parse({"a", "--untrusted", "drop"})->policy.untrusted, source::Untrusted::kDrop);
  ExpectUsage({"a", "--untrusted", "trust"}, "--untrusted");
}

TEST(IngestOptions, IntervalsWithFractions) {
  EXPECT_EQ(Parse({"a", "--flush-interval", "0.25"})->flush_interval, milliseconds(250));
  EXPECT_EQ(Parse({"a", "--flush-interval", "86400"})->flush_interval, seconds(86400));
  for (const char* bad : {"0", "-1", "nan", "inf", "1e9", "86400.5"}) {
    ExpectUsage({"a", std::string("--flush-interval=") + bad}, "--flush-interval");
  }
  ExpectUsage({"a", "--flush-interval", "soon"}, "flush-interval");
}

TEST(IngestOptions, Memory) {
  EXPECT_EQ(Parse({"a", "--memory", "2G"})->memory, std::uint64_t{2} << 30);
  EXPECT_EQ(Parse({"a", "--memory", "16M"})->memory, 16U << 20);
  for (const char* bad : {"15M", "0", "much", "-1"}) {
    ExpectUsage({"a", std::string("--memory=") + bad}, "--memory");
  }
}

TEST(IngestOptions, WhatIsNotKnownOrSaidTwice) {
  ExpectUsage({"a", "--no-such-thing"}, "no-such-thing");
  ExpectUsage({"a", "-d"}, "database");
  ExpectUsage({"a", "-d", "x", "-d", "y"}, "database");
  ExpectUsage({"a", "--report", "xml"}, "--report");
  EXPECT_TRUE(Parse({"a", "--report", "json"})->report_json);
}

TEST(IngestOptions, AConfigFileGivesWhatTheCommandLineDoesNot) {
  TempDir dir;
  WriteFile(dir / "conf",
            "# comment\nmemory = 64M\nuntrusted = drop\nflush-interval = 0.5\nverbose = true\n"
            "database = /from/file\n");
  const auto options = Parse({"a", "--config", dir / "conf", "--memory", "32M"});
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_EQ(options->memory, 32U << 20);
  EXPECT_EQ(options->policy.untrusted, source::Untrusted::kDrop);
  EXPECT_EQ(options->flush_interval, milliseconds(500));
  EXPECT_EQ(options->database, "/from/file");
  EXPECT_TRUE(options->verbose);
}

TEST(IngestOptions, ConfigFilesThatAreWrong) {
  TempDir dir;
  for (const char* text : {"no-such-thing = 1\n", "memory\n", "memory = 1M\n", "help = 1\n"}) {
    WriteFile(dir / "conf", text);
    const auto options = Parse({"a", "--config", dir / "conf"});
    ASSERT_FALSE(options.ok()) << text;
    EXPECT_EQ(options.status().code(), Code::kUsage);
  }
  for (const std::string& path : {dir / "missing", dir.path()}) {
    const auto options = Parse({"a", "--config", path});
    ASSERT_FALSE(options.ok()) << path;
    EXPECT_EQ(options.status().code(), Code::kNoInput);
    EXPECT_NE(options.status().message().find(path), std::string::npos);
  }
}

// Signals are blocked by then: what waits for the writer of a FIFO could not be ended.
TEST(IngestOptions, AConfigFileIsNotWaitedFor) {
  TempDir dir;
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  const auto options = Parse({"a", "--config", dir / "fifo"});
  ASSERT_FALSE(options.ok());
  EXPECT_EQ(options.status().code(), Code::kNoInput);
  EXPECT_NE(options.status().message().find("is no regular file"), std::string::npos);
}

TEST(IngestOptions, AnEmptyPathIsNone) {
  TempDir dir;
  for (const char* name : {"follow", "watch", "backfill"}) {
    WriteFile(dir / "conf", std::string("unix = s\n") + name + " =   \n");
    const auto options = Parse({"--config", dir / "conf"});
    ASSERT_FALSE(options.ok()) << name;
    EXPECT_EQ(options.status().message(), std::string("--") + name + ": is given an empty text");
  }
  EXPECT_EQ(Parse({"a", ""}).status().message(), "a path: is given an empty text");
}

TEST(IngestOptions, HelpAndVersionNeedNothingElse) {
  EXPECT_NE(Parse({"--help"})->print_and_exit.find("--untrusted"), std::string::npos);
  EXPECT_EQ(Parse({"--version"})->print_and_exit.find("pdns-ingest "), 0U);
}

}  // namespace
}  // namespace pdns::tools
