// What a server, or what stands in its place, can answer.
#include "store_clickhouse/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "unit/store_clickhouse/http_script.h"

namespace pdns::store_clickhouse {
namespace {

using Step = HttpScript::Step;

Client ClientOf(const HttpScript& server, std::chrono::seconds answer = std::chrono::seconds(60)) {
  return {*ParseAddress(server.address()), 0, "secret", {std::chrono::seconds(5), answer}};
}

void Expect(const Status& status, Code code, const std::string& part) {
  EXPECT_EQ(status.code(), code) << status.message();
  EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
  EXPECT_EQ(status.message().find("secret"), std::string::npos);
  EXPECT_LT(status.message().size(), 800U);
}

std::string Error(const std::string& status, const std::string& body,
                  const std::string& headers = HttpScript::kOurs) {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(Client, AsksWithUserAndPasswordInTheHead) {
  HttpScript server({{HttpScript::Ok("1\n")}});
  Client client = ClientOf(server);
  EXPECT_EQ(*client.Ask("SELECT 1", {{"max_block_size", "1 024&x"}}), "1\n");
  const std::string request = server.requests().at(0);
  EXPECT_NE(request.find("X-ClickHouse-User: u\r\n"), std::string::npos);
  EXPECT_NE(request.find("X-ClickHouse-Key: secret\r\n"), std::string::npos);
  const std::string line = request.substr(0, request.find("\r\n"));
  EXPECT_NE(line.find("max_block_size=1%20024%26x"), std::string::npos) << line;
  EXPECT_NE(line.find("wait_end_of_query=1"), std::string::npos) << line;
  EXPECT_EQ(line.find("secret"), std::string::npos) << line;
}

TEST(Client, QuestionsKeepTheirConnection) {
  HttpScript server({{HttpScript::Ok("1")}, {HttpScript::Ok("2"), true}, {HttpScript::Ok("3")}});
  Client client = ClientOf(server);
  EXPECT_EQ(*client.Ask("a"), "1");
  EXPECT_EQ(*client.Ask("b"), "2");
  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(*client.Ask("c"), "3");  // the kept connection was closed meanwhile
  EXPECT_EQ(server.connections(), 2U);
}

TEST(Client, AQuestionIsAskedAgainWhereTheKeptConnectionDied) {
  HttpScript server({{HttpScript::Ok("1")}, {"", false, true}, {HttpScript::Ok("2")}});
  Client client = ClientOf(server);
  EXPECT_EQ(*client.Ask("a"), "1");
  const auto second = client.Ask("b");
  ASSERT_TRUE(second.ok()) << second.status().message();
  EXPECT_EQ(*second, "2");
}

// Never twice: the first may have been stored.
TEST(Client, AnInsertIsSentOnce) {
  for (const Step& step :
       {Step{"", false, true}, Step{"", true}, Step{"HTTP/1.1 200 OK\r\nContent-Le", true}}) {
    HttpScript server({step, {HttpScript::Ok("")}});
    Client client = ClientOf(server);
    EXPECT_FALSE(client.Insert("INSERT INTO t FORMAT Native", {}, "body").ok());
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST(Client, InsertsAndTheirSettings) {
  HttpScript server({{HttpScript::Ok("")},
                     {HttpScript::Ok("Code: 33, e.displayText() = DB::Exception: cut")},
                     {HttpScript::Ok("anything")}});
  Client client = ClientOf(server);
  const std::string body("\0\xff&", 3);
  EXPECT_TRUE(client.Insert("INSERT INTO t FORMAT Native", {{"query_id", "a.1"}}, body).ok());
  const std::string request = server.requests().at(0);
  EXPECT_TRUE(request.ends_with("\r\n\r\n" + body));
  EXPECT_NE(request.find("query=INSERT%20INTO%20t%20FORMAT%20Native"), std::string::npos);
  EXPECT_NE(request.find("query_id=a.1"), std::string::npos);
  Expect(client.Insert("i", {}, body), Code::kIo, "cut");
  Expect(client.Insert("i", {}, body), Code::kIo, "never should");
}

TEST(Client, BodiesThatAreReadWhileTheyAreSent) {
  HttpScript server({{HttpScript::Ok("")}, {HttpScript::Ok("")}});
  Client client = ClientOf(server);
  std::size_t sent = 0;
  Upload upload{300000, [&sent](char* into, std::size_t most) -> std::optional<std::size_t> {
                  const std::size_t count = std::min<std::size_t>(most, 300000 - sent);
                  std::fill_n(into, count, 'x');
                  sent += count;
                  return count;
                }};
  EXPECT_TRUE(client.Insert("i", {}, upload).ok());
  EXPECT_TRUE(server.requests().at(0).ends_with("\r\n\r\n" + std::string(300000, 'x')));
  // One that cannot be read any more, or is shorter than it said: no answer counts.
  upload.read = [](char*, std::size_t) -> std::optional<std::size_t> { return std::nullopt; };
  EXPECT_FALSE(client.Insert("i", {}, upload).ok());
  upload.read = [](char*, std::size_t) -> std::optional<std::size_t> { return 0; };
  EXPECT_FALSE(client.Insert("i", {}, upload).ok());
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Client, ExceptionsByKind) {
  const auto exception = [](int code, const std::string& text) {
    return "Code: " + std::to_string(code) + ", e.displayText() = DB::Exception: " + text +
           ", e.what() = DB::Exception\n";
  };
  const std::vector<std::tuple<Step, Code, std::string>> cases{
      {{Error("401 Unauthorized", exception(193, "Wrong password"))}, Code::kDenied, "user \"u\""},
      {{Error("500 X", exception(164, "readonly mode"))}, Code::kDenied, "its rights"},
      {{Error("404 X", exception(60, "Table d.rows doesn't exist"))},
       Code::kNoInput,
       "init-cluster"},
      {{Error("500 X", exception(252, "Too many parts (300)"))}, Code::kBusy, "Too many parts"},
      {{Error("500 X", exception(243, "Cannot reserve"))}, Code::kDisk, "Cannot reserve"},
      {{Error("500 X", exception(62, std::string(5000, 'x') + "\x1b[2J"))}, Code::kIo, "Code: 62"},
      {{Error("500 X", "",
              std::string(HttpScript::kOurs) + "X-ClickHouse-Exception-Code: 516\r\n")},
       Code::kDenied,
       "Code: 516"},
      {{Error("503 X", "")}, Code::kIo, "HTTP status 503"},
  };
  for (const auto& [step, code, part] : cases) {
    HttpScript server({step});
    Client client = ClientOf(server);
    Expect(client.Ask("SELECT 1").status(), code, part);
  }
}

TEST(Client, OtherPrograms) {
  const std::string html = "<html><title>Login</title></html>";
  const std::vector<std::pair<Step, std::string>> cases{
      {{HttpScript::Ok(html, "Content-Type: text/html\r\n")}, "a page of HTML"},
      {{HttpScript::Ok("1\n", "")}, "something else"},
      {{"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"}, "302"},
      {{"SSH-2.0-OpenSSH_9.2p1\r\n", true}, "no HTTP is spoken there"},
  };
  for (const auto& [step, part] : cases) {
    HttpScript server({step});
    Client client = ClientOf(server);
    Expect(client.Ask("SELECT 1").status(), Code::kMalformed, part);
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST(Client, HalfAnAnswerIsAnError) {
  const std::string head = std::string("HTTP/1.1 200 OK\r\n") + HttpScript::kOurs;
  for (const std::string& answer : {head + "Content-Length: 100\r\n\r\nshort",
                                    head + "Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
                                    head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
    HttpScript server({{answer, true}});
    Client client = ClientOf(server);
    const auto asked = client.Ask("SELECT 1");
    EXPECT_FALSE(asked.ok());
    Expect(asked.status(), Code::kIo, "the connection failed");
  }
}

TEST(Client, NobodyThere) {
  std::string address;
  {
    HttpScript server({});
    address = server.address();
  }
  Client client(*ParseAddress(address), 0, "secret", {});
  Expect(client.Ask("SELECT 1").status(), Code::kIo, "cannot be reached");
  Client unknown(*ParseAddress("clickhouse://no-such-host.invalid/"), 0, "secret", {});
  Expect(unknown.Ask("SELECT 1").status(), Code::kIo, "no-such-host.invalid");
}

TEST(Client, WaitsAreBounded) {
  HttpScript server({{"", false, false, true}});
  Client client = ClientOf(server, std::chrono::seconds(1));
  Expect(client.Ask("SELECT 1").status(), Code::kIo, "nothing was heard for 1 s");
}

TEST(Client, WaitsCanBeInterrupted) {
  HttpScript server({{"", false, false, true}});
  Client client = ClientOf(server);
  std::atomic<bool> ended{false};
  client.set_interrupt([&ended] { return ended.load(); });
  std::thread other([&] {
    while (server.requests().empty()) std::this_thread::yield();
    ended = true;
  });
  Expect(client.Insert("INSERT", {}, "body"), Code::kIo, "was ended");
  other.join();
}

TEST(Client, TheEnvironmentsProxyIsNotUsed) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  HttpScript server({{HttpScript::Ok("1")}});
  Client client = ClientOf(server);
  EXPECT_EQ(*client.Ask("a"), "1");
  unsetenv("http_proxy");
}

}  // namespace
}  // namespace pdns::store_clickhouse
