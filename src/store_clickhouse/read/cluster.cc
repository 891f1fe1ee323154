#include "store_clickhouse/read/cluster.h"

#include <charconv>
#include <functional>
#include <future>
#include <system_error>

#include "store_clickhouse/schema.h"

namespace pdns::store_clickhouse {
namespace {

// A server that is busy with many questions at once has as many connections; so many stay.
constexpr std::size_t kMostIdle = 16;

// From this version on FINAL may be read by many threads, in whatever order they come.
constexpr unsigned kFirstParallelFinal = 20;

bool NeedsOrder(const std::string& version) {
  unsigned major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major >= kFirstParallelFinal;
}

// Runs it in a thread of its own, or where there is none to be had, when its result is asked for.
template <class Work>
auto InBackground(Work work) -> std::future<decltype(work())> {
  try {
    return std::async(std::launch::async, work);
  } catch (const std::system_error&) {
    return std::async(std::launch::deferred, std::move(work));
  }
}

}  // namespace

class Cluster::ClientShard final : public Shard {
 public:
  ClientShard(const Address& address, std::size_t shard, const std::string& password)
      : database_(address.database), client_(address, shard, password, Client::Limits()) {
    client_.set_interrupt([this] { return stop_ != nullptr && *stop_; });
  }

  const std::string& name() const override { return client_.name(); }
  Client& client() { return client_; }

  Status Ask(const std::string& sql, const Settings& settings, const BodySink& sink,
             const std::atomic<bool>& stop) override {
    Settings all{{"database", database_}};
    all.insert(all.end(), settings.begin(), settings.end());
    stop_ = &stop;
    Status asked = client_.Query(sql, all, sink);
    stop_ = nullptr;
    return asked;
  }

 private:
  std::string database_;
  Client client_;
  const std::atomic<bool>* stop_ = nullptr;  // of the question that is asked
};

Cluster::Cluster(Address address, std::string password)
    : address_(std::move(address)), password_(std::move(password)), idle_(address_.shards.size()) {}

Cluster::~Cluster() = default;

Result<std::unique_ptr<Cluster>> Cluster::Open(const Address& address) {
  auto password = ReadPassword(address);
  if (!password.ok()) return password.status();
  std::unique_ptr<Cluster> cluster(new Cluster(address, std::move(*password)));
  Status greeted = cluster->Greet();
  if (!greeted.ok()) return greeted;
  return cluster;
}

// All at once: each is asked several things, and opening takes as long as the slowest of them.
Status Cluster::Greet() {
  std::vector<std::future<Result<Server>>> answers;
  std::vector<std::unique_ptr<ClientShard>> clients;
  for (std::size_t i = 0; i < size(); ++i) {
    clients.push_back(std::make_unique<ClientShard>(address_, i, password_));
    answers.push_back(InBackground(
        [this, client = clients.back().get()] { return Handshake(client->client(), address_); }));
  }
  Status status;
  for (std::size_t i = 0; i < size(); ++i) {
    const auto server = answers[i].get();
    if (!server.ok() && status.ok()) status = server.status();
    order_ = order_ || (server.ok() && NeedsOrder(server->version));
    if (server.ok()) GiveBack(i, std::move(clients[i]));
  }
  return status;
}

Lease Cluster::Lend(std::size_t shard) {
  std::unique_ptr<ClientShard> client;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_[shard].empty()) {
      client = std::move(idle_[shard].back());
      idle_[shard].pop_back();
    }
  }
  if (client == nullptr) client = std::make_unique<ClientShard>(address_, shard, password_);
  return {client.release(), [this, shard](Shard* lent) {
            GiveBack(shard, std::unique_ptr<ClientShard>(static_cast<ClientShard*>(lent)));
          }};
}

void Cluster::GiveBack(std::size_t shard, std::unique_ptr<ClientShard> client) {
  const std::lock_guard lock(mutex_);
  if (idle_[shard].size() < kMostIdle) idle_[shard].push_back(std::move(client));
}

}  // namespace pdns::store_clickhouse
