#include "secrets/kept_external_secret.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "secrets/store_view.hpp"

namespace rotor::secrets {
namespace {

constexpr std::size_t kMostSpecs = 100'000;

std::uint64_t digest_of(std::string_view text) { return std::hash<std::string_view>()(text); }
std::uint64_t mixed(std::uint64_t digest, std::uint64_t other) { return (digest ^ other) * 0x9E3779B97F4A7C15U; }

// Calls `member(key, reader)` for each member; it consumes the value.
template <class Member>
void walk(json::Reader& reader, Member member) {
  if (reader.peek() != json::Kind::kObject) {
    reader.read_raw();
    return;
  }
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) member(key, reader);
}

std::uint64_t digest_of_store(std::string_view kind, std::string_view name) {
  return mixed(digest_of(kind), digest_of(name)) | 1U;
}

std::string text_or_nothing(json::Reader& reader) {
  if (reader.peek() == json::Kind::kString) return reader.read_string();
  reader.read_raw();
  return {};
}

class Keeping {
 public:
  explicit Keeping(std::string_view object_json) : reader_(object_json), writer_(text_) {
    text_.reserve(object_json.size());
  }

  Result<KeptExternalSecret> run() {
    writer_.begin_object();
    walk(reader_, [this](const std::string& key, json::Reader&) { top_member(key); });
    writer_.end_object();
    TRY_VOID(reader_.finish());
    if (kept_.target_name.empty()) kept_.target_name = kept_.metadata.name;
    return std::move(kept_);
  }
  const std::string& text() const { return text_; }
  std::string_view spec() const { return spec_; }

 private:
  void top_member(const std::string& key) {
    writer_.key(key);
    if (key == "metadata") {
      writer_.begin_object();
      walk(reader_, [this](const std::string& name, json::Reader&) { metadata_member(name); });
      writer_.end_object();
      return;
    }
    const std::string_view value = reader_.read_raw();
    writer_.raw(value);
    if (key == "spec") take_spec(value);
    if (key == "status") take_status(value);
  }

  void metadata_member(const std::string& name) {
    const std::string_view value = reader_.read_raw();
    if (name == "managedFields") return;
    writer_.key(name);
    writer_.raw(value);
    constexpr std::array<std::string_view, 6> kNews = {"uid",         "generation", "labels",
                                                       "annotations", "finalizers", "deletionTimestamp"};
    if (std::ranges::find(kNews, name) != kNews.end()) {
      kept_.decided_by_others = mixed(mixed(kept_.decided_by_others, digest_of(name)), digest_of(value));
    }
    const auto take = [&value](std::string& into) {
      json::Reader reader(value);
      into = text_or_nothing(reader);
    };
    if (name == "namespace") take(kept_.metadata.ns);
    if (name == "name") take(kept_.metadata.name);
    if (name == "uid") take(kept_.metadata.uid);
    if (name == "resourceVersion") take(kept_.metadata.resource_version);
    if (name == "deletionTimestamp") kept_.deleting = value != "null";
    if (name == "ownerReferences") take_owners(value);
  }

  void take_owners(std::string_view value) {
    const auto owners = json::read<std::vector<kube::OwnerReference>>(value);
    if (owners) kept_.cluster_owner = cluster_owner_of(*owners);
  }

  void take_spec(std::string_view spec) {
    spec_ = spec;
    json::Reader reader(spec);
    walk(reader, [this](const std::string& key, json::Reader& in) {
      if (key == "target") {
        take_target(in);
      } else if (key == "secretStoreRef") {
        take_store(in);
      } else {
        in.read_raw();
      }
    });
    if (spec.contains("\"sourceRef\"")) kept_.only_store = 0;
  }

  void take_target(json::Reader& reader) {
    walk(reader, [this](const std::string& name, json::Reader& in) {
      if (name == "name") {
        kept_.target_name = text_or_nothing(in);
        return;
      }
      if (name == "manifest") kept_.generic = in.peek() == json::Kind::kObject;
      in.read_raw();
    });
  }

  void take_store(json::Reader& reader) {
    api::es::StoreRef ref;
    walk(reader, [&ref](const std::string& name, json::Reader& in) {
      (name == "kind" ? ref.kind : ref.name) = text_or_nothing(in);
    });
    if (!ref.name.empty()) kept_.only_store = digest_of_store(store_kind(ref), ref.name);
  }

  void take_status(std::string_view status) {
    json::Reader reader(status);
    walk(reader, [this](const std::string& key, json::Reader& in) {
      if (key == "refreshTime") {
        kept_.refreshed = !text_or_nothing(in).empty();
        return;
      }
      if (key != "conditions" || in.peek() != json::Kind::kArray) {
        in.read_raw();
        return;
      }
      in.begin_array();
      while (in.next_element()) take_condition(in);
    });
  }

  void take_condition(json::Reader& reader) {
    std::string type, status;
    walk(reader, [&](const std::string& key, json::Reader& in) {
      if (key == "type") {
        type = text_or_nothing(in);
      } else if (key == "status") {
        status = text_or_nothing(in);
      } else {
        in.read_raw();
      }
    });
    if (type == "Ready") kept_.ready = status == "True";
  }

  json::Reader reader_;
  KeptExternalSecret kept_;
  std::string text_;
  json::Writer writer_;
  std::string_view spec_;
};

}  // namespace

std::string cluster_owner_of(const std::vector<kube::OwnerReference>& owners) {
  for (const auto& owner : owners) {
    const bool kind = owner.kind == "ClusterExternalSecret" && owner.api_version.starts_with("external-secrets.io/");
    if (kind && owner.controller.value_or(false)) return owner.name;
  }
  return {};
}

KeptExternalSecret KeptExternalSecret::without_text() const {
  KeptExternalSecret out;
  out.metadata = metadata;
  out.target_name = target_name;
  out.cluster_owner = cluster_owner;
  out.generic = generic;
  out.deleting = deleting;
  out.refreshed = refreshed;
  out.ready = ready;
  out.only_store = only_store;
  out.decided_by_others = decided_by_others;
  return out;
}

bool KeptExternalSecret::names_store(const std::string& kind, const std::string& name) const {
  if (only_store != 0) return only_store == digest_of_store(kind, name);
  const ExternalSecretPtr es = whole();
  return es && std::ranges::any_of(store_refs(*es), [&](const api::es::StoreRef& ref) {
           return ref.name == name && store_kind(ref) == kind;
         });
}

ExternalSecretPtr KeptExternalSecret::whole() const {
  if (reduced()) return nullptr;
  if (auto held = in_use_.lock()) return held;
  auto read = json::read<ExternalSecret>(text.unpack());
  if (!read) return nullptr;  // it was read when it was kept
  // Not make_shared: what is remembered weakly must not hold the tree's memory.
  ExternalSecretPtr whole(new ExternalSecret(*std::move(read)));
  in_use_ = whole;
  return whole;
}

Result<KeptExternalSecret> ExternalSecretKeeper::keep(std::string_view object_json) {
  Keeping keeping(object_json);
  TRY(KeptExternalSecret kept, keeping.run());
  kept.text = packer_.pack(keeping.text());
  const std::uint64_t digest = digest_of(keeping.spec());
  if (readable_.contains(digest)) return kept;
  TRY_VOID(json::read<ExternalSecret>(object_json));
  if (readable_.size() >= kMostSpecs) readable_.clear();
  readable_.insert(digest);
  return kept;
}

}  // namespace rotor::secrets
