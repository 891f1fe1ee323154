#include "serve/api/new_rows.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "access/gate.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "http/stream.h"
#include "serve/common/asker.h"
#include "unit/support/fake_store.h"

namespace pdns::serve {
namespace {

using record::RrType;
using testing::At;
using testing::FakeSnapshot;
using testing::Seen;

// What the ingester has committed.
class World {
 public:
  template <class Change>
  void Commit(const Change& change) {
    const std::lock_guard lock(mutex_);
    change(rows_);
  }
  FakeSnapshot rows() {
    const std::lock_guard lock(mutex_);
    return rows_;
  }

 private:
  std::mutex mutex_;
  FakeSnapshot rows_;
};

class WorldDatabase final : public store::Database {
 public:
  explicit WorldDatabase(World& world) : world_(world) {}
  Result<std::unique_ptr<store::Snapshot>> NewSnapshot() override {
    return std::unique_ptr<store::Snapshot>(std::make_unique<FakeSnapshot>(world_.rows()));
  }
  Status Refresh() override { return {}; }

 private:
  World& world_;
};

struct NewRowsTest : ::testing::Test {
  ~NewRowsTest() override { End(); }

  void Begin(std::string_view query, std::optional<std::string_view> last_event_id = std::nullopt) {
    auto parsed = ParseNewRows(*ParseUrl("/", query), last_event_id, At(1000));
    ASSERT_TRUE(parsed.ok()) << parsed.status().message();
    request.emplace(std::move(*parsed));
    maker = std::thread([this] {
      Body body(http::Reply(mailbox, 1, over), {.type = "x"});
      told = StreamNewRows(std::move(*answerer.NewSnapshot()), *request, answerer, journal,
                           {.stop = &stop, .asker = asker ? &*asker : nullptr}, body);
    });
    std::optional<http::Answer> answer;
    while (!(answer = mailbox->Pop(1)).has_value()) std::this_thread::yield();
    status = answer->status;
    if (answer->stream == nullptr) return;
    pipe = answer->stream->pipe();
    answer.reset();  // a Stream ends with its writers
    pipe->Attach(mailbox, 1);
  }

  // Reads on until `last` has come, or the time is over.
  std::string ReadTo(std::string_view last) {
    const auto late = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    std::array<char, 4096> some;
    while (text.find(last) == std::string::npos && std::chrono::steady_clock::now() < late) {
      const auto piece = pipe->Read(some.data(), some.size());
      text.append(some.data(), piece.size);
      if (piece.size == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return text;
  }

  void End() {
    stop.Request();
    if (pipe != nullptr) pipe->Close();
    if (maker.joinable()) maker.join();
  }

  void Add(std::string_view owner, std::int64_t committed = 900) {
    world.Commit([&](FakeSnapshot& rows) {
      rows.CommitAt(At(committed));
      rows.Add(owner, RrType::kA, "abcd", Seen(1, 2, 3));
    });
  }

  // The ids of all events, in their order.
  static std::string Ids(const std::string& text) {
    std::string ids;
    for (std::size_t at = text.find("id: "); at != std::string::npos;
         at = text.find("id: ", at + 1))
      ids += text.substr(at + 4, text.find('\n', at) - at - 4) + " ";
    return ids;
  }

  World world;
  Answerer answerer{{.open = [this]() -> Result<std::unique_ptr<store::Database>> {
                       return std::unique_ptr<store::Database>(
                           std::make_unique<WorldDatabase>(world));
                     },
                     .most_time = std::chrono::milliseconds(1),
                     .most_at_once = 4}};
  JournalWatch journal{answerer};
  std::optional<NewRowsRequest> request;
  std::shared_ptr<http::Mailbox> mailbox = std::make_shared<http::Mailbox>();
  http::RequestOver over = std::make_shared<std::atomic<bool>>(false);
  Stop stop;
  std::optional<Asker> asker;
  std::thread maker;
  std::shared_ptr<http::Pipe> pipe;
  std::string text;
  int status = 0;
  std::uint64_t told = 0;
};

TEST_F(NewRowsTest, FromNowOnWhatIsCommitted) {
  Add("a.org");
  Begin("");
  EXPECT_EQ(ReadTo("\n\n"), "id: 1\n\n") << "or a client that comes again would miss rows";
  text.clear();
  Add("b.org", 950);
  EXPECT_EQ(ReadTo("\n\n"),
            "id: 2\nevent: row\ndata: {\"rrname\":\"b.org.\",\"rrtype\":\"A\",\"rdata\":\"97.98.99."
            "100\",\"time_first\":1,\"time_last\":2,\"count\":3,\"seq\":2,\"time_committed\":950,"
            "\"new\":\"rrname\"}\n\n");
  Add("c.org", 951);
  EXPECT_EQ(Ids(ReadTo("c.org.")), "2 3 ");
  End();
  EXPECT_EQ(told, 2U);
}

TEST_F(NewRowsTest, SinceATimeOrBehindANumber) {
  for (int i = 0; i < 5; ++i) Add(std::to_string(i) + ".org", 900 + i);
  Begin("since=903");
  EXPECT_EQ(Ids(ReadTo("\"4.org.")), "4 5 ");
  Add("x.org");
  EXPECT_EQ(Ids(ReadTo("\"x.org.")), "4 5 6 ");
}

TEST_F(NewRowsTest, TheHeaderGoesBeforeTheParameterAndBothBeforeTheTime) {
  for (int i = 0; i < 5; ++i) Add(std::to_string(i) + ".org", 900 + i);
  Begin("since=900&after=1", "3");
  EXPECT_EQ(Ids(ReadTo("\"4.org.")), "4 5 ");
}

TEST_F(NewRowsTest, AJournalThatWasCutIsAGap) {
  for (int i = 0; i < 5; ++i) Add(std::to_string(i) + ".org", 900 + i);
  world.Commit([](FakeSnapshot& rows) { rows.JournalFrom(4); });
  Begin("after=2");
  const std::string all = ReadTo("\"4.org.");
  EXPECT_TRUE(all.starts_with("event: gap\ndata: {\"oldest\":903}\n\nid: 3\n\nid: 4\n")) << all;
  EXPECT_EQ(all.find("event: gap", 1), std::string::npos) << "once";
}

TEST_F(NewRowsTest, BehindTheLastRowThatWasToldThereIsNoGap) {
  for (int i = 0; i < 5; ++i) Add(std::to_string(i) + ".org", 900 + i);
  world.Commit([](FakeSnapshot& rows) { rows.JournalFrom(4); });
  Begin("after=3");
  EXPECT_TRUE(ReadTo("\"4.org.").starts_with("id: 4\n"));
}

TEST_F(NewRowsTest, ANumberThatIsStillToComeIsOfAnotherDatabase) {
  Add("a.org");
  Begin("after=77");
  EXPECT_EQ(ReadTo("id: 1\n\n"), "event: gap\ndata: {\"oldest\":900}\n\nid: 1\n\n")
      << "behind 77 nothing of this one would be missed any more";
  Add("b.org");
  EXPECT_EQ(Ids(ReadTo("\"b.org.")), "1 2 ");
}

TEST_F(NewRowsTest, ARowComesOnceAlsoWhereItAnswersSeveralQuestions) {
  Begin("q=*.org&q=a.org&q=97.98.99.100&type=A&min-count=2");
  Add("a.org");
  Add("b.net");
  const std::string all = ReadTo("\"b.net.");
  EXPECT_EQ(Ids(all), "0 1 2 ");
  EXPECT_NE(all.find("\"asked\":\"*.org\""), std::string::npos);
  EXPECT_NE(all.find("\"asked\":\"97.98.99.100\""), std::string::npos);
}

TEST_F(NewRowsTest, MoreThanOneRoundComesWholeAndInOrder) {
  constexpr std::uint64_t kRows = NewRowsRequest::kRound + 5;
  world.Commit([](FakeSnapshot& rows) {
    rows.CommitAt(At(900));
    for (std::uint64_t i = 0; i < kRows; ++i)
      rows.Add(std::to_string(i) + ".org", RrType::kA, "abcd", Seen(1, 2, 3));
  });
  Begin("since=1");
  std::string expected;
  for (std::uint64_t i = 1; i <= kRows; ++i) expected += std::to_string(i) + " ";
  EXPECT_EQ(Ids(ReadTo("id: " + std::to_string(kRows) + "\n")), expected);
}

// Rows come faster than the heartbeat, so that the stream never rests.
TEST_F(NewRowsTest, EndsWhenItsKeyIsTakenBackAlsoWhileRowsCome) {
  const auto keys = [](const std::string& name) {
    return *access::KeyList::Parse(name + " " + ToHex(Sha256(AsBytes(name + "-key"))) + "\n", "k");
  };
  access::Gate gate(keys("a"));
  const std::array headers{http::Header{"X-Api-Key", "a-key"}};
  const http::Request let_in{.method = "GET", .path = "/", .headers = headers};
  asker.emplace(std::get<Asker>(Asker::LetIn({&gate, nullptr}, let_in, access::Cost::kRequest)));
  Begin("");
  gate.Replace(keys("b"));
  for (int i = 0; i < 600 && text.find("event: end") == std::string::npos; ++i) {
    const std::string name = std::to_string(i) + ".org";
    Add(name);
    std::array<char, 4096> some;
    for (auto piece = pipe->Read(some.data(), some.size()); piece.size > 0;
         piece = pipe->Read(some.data(), some.size()))
      text.append(some.data(), piece.size);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_NE(text.find("event: end\ndata: {\"why\":\"the key is not let in any more\"}\n\n"),
            std::string::npos);
  End();
  EXPECT_GT(told, 0U);
}

TEST_F(NewRowsTest, EndsWhenThePeerLeaves) {
  Begin("");
  pipe->Close();
  maker.join();
  EXPECT_EQ(told, 0U);
}

TEST_F(NewRowsTest, ASensorThatThereIsNotIsRefused) {
  Begin("sensor=nobody");
  EXPECT_EQ(status, 400);
}

TEST(ParseNewRows, NumbersAndParameters) {
  const auto parse = [](std::string_view query, std::optional<std::string_view> id) {
    const auto request = ParseNewRows(*ParseUrl("/", query), id, At(1000));
    return request.ok() ? "ok" : request.status().message();
  };
  EXPECT_EQ(parse("after=18446744073709551614", std::nullopt), "ok");
  for (const char* text : {"18446744073709551615", "18446744073709551616", "-1", "x", "1 "}) {
    EXPECT_EQ(parse("", text), "Last-Event-ID: '" + std::string(text) + "' is no number of a row");
  }
  EXPECT_EQ(parse("limit=1", std::nullopt), "there is no parameter 'limit' here");
  EXPECT_EQ(parse("sort=name", std::nullopt), "there is no parameter 'sort' here");
}

}  // namespace
}  // namespace pdns::serve
