#include "serve/api/lookup.h"

#include <gtest/gtest.h>

#include <string>

namespace pdns::serve {
namespace {

Status ReadApiList(std::string_view body, ApiRequest& request) {
  return serve::ReadApiList(body, request, [] { return false; });
}

std::string ErrorOf(const std::string& body) {
  ApiRequest request;
  const Status status = ReadApiList(body, request);
  EXPECT_EQ(request.request.list != nullptr, status.ok());
  if (status.ok()) return "no error";
  EXPECT_EQ(status.code(), Code::kUsage);
  return status.message();
}

TEST(ReadApiList, BadLinesAreCountedAndTheFirstAreTold) {
  std::string body = "a.org\n";
  for (int i = 0; i < 30; ++i) body += "a..b\n";
  ApiRequest request;
  ASSERT_TRUE(ReadApiList(body, request).ok());
  EXPECT_EQ(request.request.list->size(), 1U);
  ASSERT_TRUE(request.passed_over.has_value());
  EXPECT_EQ(request.passed_over->bad, 30U);
  ASSERT_EQ(request.passed_over->bad_lines.size(), kMostBadLines);
  EXPECT_EQ(request.passed_over->bad_lines[0].place, "line 2");
  EXPECT_EQ(request.passed_over->bad_lines[0].text, "a..b");
}

TEST(ReadApiList, WhatIsToldOfALongLineIsItsBeginning) {
  ApiRequest request;
  ASSERT_TRUE(ReadApiList(std::string(900'000, '\xff'), request).ok());
  ASSERT_EQ(request.passed_over->bad_lines.size(), 1U);
  EXPECT_EQ(request.passed_over->bad_lines[0].text.size(), 4U * 200U);
  EXPECT_LT(request.passed_over->bad_lines[0].why.size(), 1000U);
}

TEST(ReadApiList, JsonCountsWhatHoldsNoIndicator) {
  ApiRequest request;
  ASSERT_TRUE(ReadApiList(R"({"objects":[{"type":"domain-name","value":"a.org"},{"type":"file"}]})",
                          request)
                  .ok());
  EXPECT_EQ(request.request.list->size(), 1U);
  EXPECT_EQ(request.passed_over->others, 1U);
}

// Whoever sent it has left, or its time is over.
TEST(ReadApiList, IsInterrupted) {
  std::string lines;
  std::string json = R"({"objects":[)";
  for (int i = 0; i < 100'000; ++i) {
    lines += "a.org\n";
    json += R"({"type":"domain-name","value":"a.org"},)";
  }
  for (const std::string& body : {lines, json}) {
    int asked = 0;
    ApiRequest request;
    const Status status = serve::ReadApiList(body, request, [&] { return ++asked == 5; });
    EXPECT_EQ(status.code(), Code::kBusy);
    EXPECT_EQ(asked, 5);
    EXPECT_EQ(request.request.list, nullptr) << "a part would look like the whole";
  }
}

TEST(ReadApiList, WhatIsNoListIsRefused) {
  for (const char* body : {"", "\n \n# nothing\n", "{}"}) {
    EXPECT_NE(ErrorOf(body).find("list"), std::string::npos) << body;
  }
  EXPECT_TRUE(ErrorOf("[{\"type\":").starts_with("list: JSON, byte "));
  std::string many;
  for (std::uint64_t i = 0; i <= kMostListed; ++i) many += "..\n";
  EXPECT_EQ(ErrorOf(many), "list: the list has more than 1000000 indicators");
}

}  // namespace
}  // namespace pdns::serve
