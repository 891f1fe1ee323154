#include "http/daemon.h"

#include <microhttpd.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace pdns::http {
namespace {

constexpr std::chrono::hours kLongestPatience(1);

// Connections that leave are open until the end of a turn, beside as many newcomers. At a limit of
// its own MHD would close the newcomer.
constexpr std::size_t kLeaving = 4 * Daemon::kAddsPerTurn;

// MHD has a timeout for peers that do nothing, which a byte now and then outlives. None of ours.
constexpr unsigned kNever = 4'000'000;  // seconds; MHD multiplies them by 1000 in 32 bits

constexpr ConnectionId kNoConnection = 0;  // they begin with 1

// One connection, for MHD's callbacks.
struct Connection {
  ConnectionId id = 0;
  MHD_Connection* handle = nullptr;
  int fd = -1;
  bool asked = false;  // the handler was
  bool suspended = false;
  bool leaving = false;
  std::optional<Answer> answer;
};

struct Hosts {
  std::size_t count = 0;
  std::string_view last;
};

MHD_Result CountHost(void* hosts, MHD_ValueKind /*kind*/, const char* key, std::size_t key_size,
                     const char* value, std::size_t value_size) {
  constexpr std::string_view kHost = "host";
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  if (std::equal(key, key + key_size, kHost.begin(), kHost.end(), same)) {
    auto& found = *static_cast<Hosts*>(hosts);
    ++found.count;
    found.last = value == nullptr ? std::string_view() : std::string_view(value, value_size);
  }
  return MHD_YES;
}

// MHD would replace %2F by a slash before anybody sees the path.
std::size_t KeepEscapes(void* /*nothing*/, MHD_Connection* /*connection*/, char* text) {
  return std::strlen(text);
}

void FreeBody(void* body) { delete static_cast<std::string*>(body); }

MHD_Result Queue(MHD_Connection* handle, Answer answer) {
  auto body = std::make_unique<std::string>(std::move(answer.body));
  MHD_Response* const response = MHD_create_response_from_buffer_with_free_callback_cls(
      body->size(), body->data(), &FreeBody, body.get());
  if (response == nullptr) return MHD_NO;
  body.release();  // NOLINT(bugprone-unused-return-value): it is the response's
  bool whole = MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES &&
               MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                       answer.type.c_str()) == MHD_YES;
  for (const auto& [name, value] : answer.headers) {
    whole = whole && MHD_add_response_header(response, name.c_str(), value.c_str()) == MHD_YES;
  }
  const MHD_Result queued =
      whole ? MHD_queue_response(handle, static_cast<unsigned>(answer.status), response) : MHD_NO;
  MHD_destroy_response(response);
  return queued;
}

// What the peer sent and nobody read would make the kernel reset the connection, the answer with
// it: one look, no wait.
void EndGently(int fd) {
  std::array<char, 4096> rest;
  shutdown(fd, SHUT_WR);
  for (int i = 0; i < 16 && recv(fd, rest.data(), rest.size(), MSG_DONTWAIT) > 0; ++i) {
  }
}

}  // namespace

class Daemon::Impl {
 public:
  Impl(Settings settings, Handler handler)
      : settings_(std::move(settings)),
        handler_(std::move(handler)),
        table_(settings_.limits),
        mailbox_(std::make_shared<Mailbox>()) {}

  ~Impl() {
    if (daemon_ == nullptr) return;
    // It must not be stopped with suspended connections.
    for (auto& [id, connection] : connections_) LetGo(connection);
    MHD_stop_daemon(daemon_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool Open() {
    const auto most = static_cast<unsigned>(settings_.limits.connections + kLeaving);
    daemon_ = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr,
        &Impl::OnRequest, this, MHD_OPTION_NOTIFY_CONNECTION, &Impl::OnConnection, this,
        MHD_OPTION_UNESCAPE_CALLBACK, &KeepEscapes, nullptr, MHD_OPTION_CONNECTION_LIMIT, most,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings_.limits.request_bytes, MHD_OPTION_END);
    return daemon_ != nullptr && Watch(mailbox_->fd(), EPOLLIN, kNoConnection) &&
           Watch(MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, EPOLLIN,
                 kNoConnection);
  }

  void Add(net::Descriptor socket, Clock::time_point now) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (getpeername(socket.get(), generic, &size) != 0) return;  // it is gone already
    if (connections_.size() >= settings_.limits.connections + kLeaving) return;
    const std::string peer = PeerOf(address);
    if (const auto old = table_.InTheWayOf(peer)) LetGo(connections_.at(*old));
    arriving_ = table_.Add(peer, now);
    // Calls OnConnection, and closes the socket whatever comes.
    if (MHD_add_connection(daemon_, socket.Release(), generic, size) != MHD_YES)
      table_.Remove(arriving_);
  }

  void LetOldestGo() {
    if (const auto oldest = table_.Oldest()) LetGo(connections_.at(*oldest));
  }

  void Turn(Clock::time_point now) {
    now_ = now;
    for (auto& [id, answer] : mailbox_->PopAll()) {
      const auto found = connections_.find(id);
      if (found == connections_.end()) continue;
      found->second.answer = std::move(answer);
      Resume(found->second);
    }
    resumed_ = false;
    MHD_run(daemon_);
    LetEndedGo();
    for (const ConnectionId id : table_.Due(now)) LetGo(connections_.at(id));
  }

  std::chrono::milliseconds Patience(Clock::time_point now) const {
    using std::chrono::milliseconds;
    MHD_UNSIGNED_LONG_LONG wanted = 0;  // MHD: there is more to do, whatever the sockets say
    if (resumed_ || (MHD_get_timeout(daemon_, &wanted) == MHD_YES && wanted == 0)) return {};
    const auto next = table_.NextDue();
    if (!next) return kLongestPatience;
    const auto left = std::chrono::ceil<milliseconds>(*next - now);
    return std::clamp<milliseconds>(left, milliseconds(0), kLongestPatience);
  }

  int fd() const { return watch_.get(); }
  std::size_t size() const { return connections_.size(); }

 private:
  static void OnConnection(void* self, MHD_Connection* handle, void** context,
                           MHD_ConnectionNotificationCode code) {
    Impl& daemon = *static_cast<Impl*>(self);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
      Connection& connection = daemon.connections_[daemon.arriving_];
      connection.id = daemon.arriving_;
      connection.handle = handle;
      connection.fd =
          MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
      *context = &connection;
      daemon.Watch(connection.fd, EPOLLRDHUP | EPOLLONESHOT, connection.id);
    } else if (*context != nullptr) {
      // The socket is closed right after this: nobody shuts down a number that is another's.
      const Connection& connection = *static_cast<Connection*>(*context);
      if (!connection.leaving) EndGently(connection.fd);
      daemon.table_.Remove(connection.id);
      daemon.connections_.erase(ConnectionId{connection.id});
      *context = nullptr;
    }
  }

  // Called when the header is whole, and again when the connection is resumed.
  static MHD_Result OnRequest(void* self, MHD_Connection* handle, const char* url,
                              const char* method, const char* version, const char* /*body*/,
                              std::size_t* /*body_size*/, void** /*context*/) {
    Impl& daemon = *static_cast<Impl*>(self);
    Connection& connection = *static_cast<Connection*>(
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context);
    if (connection.leaving) return MHD_NO;
    if (!connection.asked) {
      connection.asked = true;
      daemon.Ask(connection, {method, url}, version);
    }
    if (connection.answer.has_value())
      return Queue(handle, *std::exchange(connection.answer, std::nullopt));
    // When it is resumed, MHD calls us before it reads on only where the connection has a timeout
    // of its own. Else it would find first that the peer has ended its side, and hang up on it.
    MHD_set_connection_option(handle, MHD_CONNECTION_OPTION_TIMEOUT, kNever);
    MHD_suspend_connection(handle);
    connection.suspended = true;
    return MHD_YES;
  }

  void Ask(Connection& connection, const Request& request, std::string_view version) {
    table_.BeginAnswer(connection.id, now_);
    Hosts hosts;
    MHD_get_connection_values_n(connection.handle, MHD_HEADER_KIND, &CountHost, &hosts);
    if (hosts.count > 1) {
      connection.answer = {.status = MHD_HTTP_BAD_REQUEST, .body = "two Host headers\n"};
    } else if (hosts.count == 0 && version != MHD_HTTP_VERSION_1_0) {
      connection.answer = {.status = MHD_HTTP_BAD_REQUEST, .body = "no Host header\n"};
    } else if (!hosts.last.empty() && !settings_.hosts.Allows(hosts.last)) {
      connection.answer = {.status = MHD_HTTP_MISDIRECTED_REQUEST, .body = settings_.wrong_host};
    } else {
      handler_(request, Reply(mailbox_, connection.id));
      connection.answer = mailbox_->Pop(connection.id);
    }
  }

  bool Watch(int fd, std::uint32_t events, ConnectionId id) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    return epoll_ctl(watch_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
  }

  // Peers that ended their side without a whole header. MHD does not see it where the end came
  // together with the last bytes: it takes a read of less than it asked for as the last one.
  void LetEndedGo() {
    std::array<epoll_event, 64> events;
    const int count = epoll_wait(watch_.get(), events.data(), events.size(), 0);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const ConnectionId id = event.data.u64;  // a copy: the struct is packed
      if (id != kNoConnection) ended_.insert(id);
    }
    std::erase_if(ended_, [this](ConnectionId id) {
      const auto found = connections_.find(id);
      if (found == connections_.end() || found->second.asked) return true;
      char next = 0;
      const bool more = recv(found->second.fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
      if (!more) LetGo(found->second);
      return !more;
    });
  }

  // Its socket is shut down, MHD finds it so in the next turn, and closes it.
  void LetGo(Connection& connection) {
    if (connection.leaving) return;
    connection.leaving = true;
    table_.Leave(connection.id);
    shutdown(connection.fd, SHUT_RDWR);
    Resume(connection);
  }

  void Resume(Connection& connection) {
    if (!std::exchange(connection.suspended, false)) return;
    MHD_resume_connection(connection.handle);
    resumed_ = true;  // of which MHD_get_timeout says nothing
  }

  Settings settings_;
  Handler handler_;
  ConnectionTable table_;
  std::shared_ptr<Mailbox> mailbox_;
  net::Descriptor watch_{epoll_create1(EPOLL_CLOEXEC)};
  std::map<ConnectionId, Connection> connections_;
  std::set<ConnectionId> ended_;  // by their peers; what these sent may not be read yet
  ConnectionId arriving_ = 0;
  Clock::time_point now_;
  bool resumed_ = false;
  MHD_Daemon* daemon_ = nullptr;
};

Result<std::unique_ptr<Daemon>> Daemon::Open(Settings settings, Handler handler) {
  auto impl = std::make_unique<Impl>(std::move(settings), std::move(handler));
  if (!impl->Open()) return Status::Errno("HTTP cannot be served", errno);
  return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() = default;
void Daemon::Add(net::Descriptor socket, Clock::time_point now) {
  impl_->Add(std::move(socket), now);
}
void Daemon::LetOldestGo() { impl_->LetOldestGo(); }
void Daemon::Turn(Clock::time_point now) { impl_->Turn(now); }
int Daemon::fd() const { return impl_->fd(); }
std::chrono::milliseconds Daemon::Patience(Clock::time_point now) const {
  return impl_->Patience(now);
}
std::size_t Daemon::size() const { return impl_->size(); }

}  // namespace pdns::http
