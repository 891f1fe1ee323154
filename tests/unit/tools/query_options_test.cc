#include "query_options.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/tools/arguments.h"

namespace pdns::tools {
namespace {

Result<QueryOptions> Parse(std::initializer_list<std::string> arguments) {
  return ParseWith(ParseQueryOptions, arguments);
}

void ExpectUsage(std::initializer_list<std::string> arguments) {
  const auto options = Parse(arguments);
  std::string line;
  for (const std::string& argument : arguments) line += argument + " ";
  ASSERT_FALSE(options.ok()) << line;
  EXPECT_EQ(options.status().code(), Code::kUsage) << line;
  EXPECT_FALSE(options.status().message().empty()) << line;
}

TEST(QueryOptions, OneQuestion) {
  EXPECT_TRUE(Parse({"www.blah.org"}).ok());
  EXPECT_TRUE(Parse({"*.blah.org"}).ok());
  EXPECT_TRUE(Parse({"--rdata", "205.150.150.0/24"}).ok());
  ExpectUsage({});
  ExpectUsage({"-j"});
  ExpectUsage({"a.org", "b.org"});
  ExpectUsage({"a.org", "--rdata", "192.0.2.1"});
  ExpectUsage({"--rdata"});
  ExpectUsage({"--rdata", "192.0.2.1", "--rdata", "192.0.2.2"});
}

TEST(QueryOptions, AnAddressIsAskedForAsRdataAndSaidSo) {
  const auto options = Parse({"205.150.150.140"});
  ASSERT_TRUE(options.ok());
  EXPECT_NE(options->notice.find("--rdata"), std::string::npos);
  EXPECT_EQ(Parse({"www.blah.org"})->notice, "");
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
  EXPECT_TRUE(options->json && options->wire && options->request.quarantined);
  EXPECT_EQ(options->database, "db");
  ExpectUsage({"a.org", "-t", "NOSUCHTYPE"});
  ExpectUsage({"a.org", "--no-such-thing"});
}

TEST(QueryOptions, HelpAndVersionNeedNothingElse) {
  EXPECT_NE(Parse({"-h"})->print_and_exit.find("--quarantined"), std::string::npos);
  EXPECT_EQ(Parse({"--version"})->print_and_exit.find("pdns-query "), 0U);
}

}  // namespace
}  // namespace pdns::tools
