#include "ingest_options.h"

#include <gtest/gtest.h>

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
  return ParseWith(ParseIngestOptions, arguments);
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
  EXPECT_EQ(options->socket, "");
  EXPECT_EQ(options->database, "");
  EXPECT_EQ(options->policy.accepted, dnstap::SetOf(dnstap::kResolverResponse));
  EXPECT_EQ(options->policy.untrusted, ingest::Untrusted::kQuarantine);
  EXPECT_EQ(options->flush_interval, seconds(10));
  EXPECT_EQ(options->memory, 512U << 20);
  EXPECT_FALSE(options->report_json);
  EXPECT_EQ(options->print_and_exit, "");
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

TEST(IngestOptions, ASocketAloneIsEnough) {
  EXPECT_EQ(Parse({"-u", "/run/x"})->socket, "/run/x");
  ExpectUsage({"-d", "db"}, "nothing to take");
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
  EXPECT_EQ(Parse({"a", "--untrusted", "store"})->policy.untrusted, ingest::Untrusted::kStore);
  EXPECT_EQ(Parse({"a", "--untrusted", "drop"})->policy.untrusted, ingest::Untrusted::kDrop);
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
  EXPECT_EQ(options->policy.untrusted, ingest::Untrusted::kDrop);
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

TEST(IngestOptions, HelpAndVersionNeedNothingElse) {
  EXPECT_NE(Parse({"--help"})->print_and_exit.find("--untrusted"), std::string::npos);
  EXPECT_EQ(Parse({"--version"})->print_and_exit.find("pdns-ingest "), 0U);
}

}  // namespace
}  // namespace pdns::tools
