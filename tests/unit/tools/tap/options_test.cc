#include "tools/tap/options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/tools/arguments.h"

namespace pdns::tools {
namespace {

using Texts = std::vector<std::string>;

Result<TapOptions> Parse(std::initializer_list<std::string> arguments) {
  return ParseWith(ParseTapOptions, arguments);
}

void ExpectUsage(std::initializer_list<std::string> arguments, const std::string& words) {
  const auto options = Parse(arguments);
  std::string line;
  for (const std::string& argument : arguments) line += argument + " ";
  ASSERT_FALSE(options.ok()) << line;
  EXPECT_EQ(options.status().code(), Code::kUsage) << line;
  EXPECT_NE(options.status().message().find(words), std::string::npos)
      << line << ": " << options.status().message();
}

TEST(TapOptions, Sources) {
  const auto options = Parse({"a", "-u", "s1", "-", "--unix", "s2", "--follow", "f"});
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_EQ(options->sources.files, (Texts{"a", "-"}));
  EXPECT_EQ(options->sources.sockets, (Texts{"s1", "s2"}));
  EXPECT_EQ(options->sources.followed, (Texts{"f"}));
  EXPECT_FALSE(options->live);
  ExpectUsage({}, "nothing to show");
  ExpectUsage({"--json"}, "nothing to show");
}

TEST(TapOptions, Live) {
  const auto options = Parse({"--live", "-d", "db"});
  ASSERT_TRUE(options.ok());
  EXPECT_TRUE(options->live);
  EXPECT_EQ(options->database, "db");
  EXPECT_EQ(options->sources.control, "");
  EXPECT_EQ(Parse({"--live", "--control", "c"})->sources.control, "c");
  ExpectUsage({"a", "-d", "db"}, "--live");
  ExpectUsage({"a", "--control", "c"}, "--live");
}

TEST(TapOptions, Filters) {
  EXPECT_TRUE(Parse({"a"})->print.filter.empty());
  const auto options = Parse({"a", "--type", "RR,CQ", "--name", "a.org", "--name", "*.b.org", "-t",
                              "A,AAAA", "--rcode", "NXDOMAIN", "--address", "127.0.0.1",
                              "--address", "::/0", "--answer-address", "10.0.0.0/8"});
  ASSERT_TRUE(options.ok()) << options.status().message();
  const tap::Filter& filter = options->print.filter;
  EXPECT_EQ(filter.types, dnstap::SetOf(4) | dnstap::SetOf(5));
  ASSERT_EQ(filter.names.size(), 2U);
  EXPECT_FALSE(filter.names[0].below);
  EXPECT_TRUE(filter.names[1].below);
  EXPECT_EQ(filter.rrtypes.size(), 2U);
  EXPECT_EQ(filter.rcodes, std::vector<unsigned>{3});
  EXPECT_EQ(filter.addresses.size(), 2U);
  ASSERT_EQ(filter.answer_addresses.size(), 1U);
  EXPECT_EQ(dns::PrefixLength(filter.answer_addresses[0]), 8U);
  ExpectUsage({"a", "--type", "XX"}, "--type: 'XX'");
  ExpectUsage({"a", "--name", "a..b"}, "--name: 'a..b'");
  ExpectUsage({"a", "-t", "NOPE"}, "--rrtype: 'NOPE'");
  ExpectUsage({"a", "--rcode", "NOPE"}, "--rcode: 'NOPE'");
  ExpectUsage({"a", "--address", "a.org"}, "--address: 'a.org'");
  ExpectUsage({"a", "--answer-address", "1.2.3.4/40"}, "--answer-address: '1.2.3.4/40'");
}

TEST(TapOptions, Forms) {
  EXPECT_EQ(Parse({"a"})->print.format, tap::Format::kLine);
  EXPECT_EQ(Parse({"a", "-j"})->print.format, tap::Format::kJson);
  EXPECT_EQ(Parse({"a", "--yaml"})->print.format, tap::Format::kYaml);
  ExpectUsage({"a", "-j", "-y"}, "not both");
  EXPECT_EQ(Parse({"a"})->print.zone, tap::Zone::kUtc);
  EXPECT_EQ(Parse({"a", "--local"})->print.zone, tap::Zone::kLocal);
  EXPECT_EQ(Parse({"a"})->print.limit, 0U);
  EXPECT_EQ(Parse({"a", "-q", "5"})->print.limit, 5U);
  ExpectUsage({"a", "--count", "-1"}, "--count");
  ExpectUsage({"a", "--count", "x"}, "count");
}

TEST(TapOptions, HelpNamesEveryFilterAndAnExample) {
  const std::string help = Parse({"--help"})->print_and_exit;
  for (const char* word : {"Usage:", "--live", "--follow", "--name", "--answer-address", "UTC",
                           "pdns-tap --live --rcode SERVFAIL"}) {
    EXPECT_NE(help.find(word), std::string::npos) << word;
  }
  EXPECT_TRUE(Parse({"--version"})->print_and_exit.starts_with("pdns-tap "));
}

}  // namespace
}  // namespace pdns::tools
