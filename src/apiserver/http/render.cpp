#include "apiserver/http/render.hpp"

#include <array>

#include <boost/json/serialize.hpp>
#include <boost/json/serializer.hpp>

namespace rotor::apiserver {

namespace {

template <class T>
void append(SecretBytes& out, const T& value) {
  boost::json::serializer serializer;
  serializer.reset(&value);
  std::array<char, 4096> buffer;
  while (!serializer.done()) {
    const auto piece = serializer.read(buffer.data(), buffer.size());
    out.append({piece.data(), piece.size()});
  }
  wipe(buffer.data(), buffer.size());
}

json::Object list_meta(const Renderer::ListMeta& meta) {
  json::Object out;
  out["resourceVersion"] = std::to_string(meta.revision);
  if (!meta.continue_token.empty()) out["continue"] = meta.continue_token;
  if (meta.remaining) out["remainingItemCount"] = *meta.remaining;
  return out;
}

json::Object revision_meta(const json::Object& object) {
  json::Object out;
  out["resourceVersion"] = text(metadata_of(object), "resourceVersion");
  return out;
}

void open_event(SecretBytes& out, std::string_view type) {
  out.append(R"({"type":")");
  out.append(type);
  out.append(R"(","object":)");
}

}  // namespace

SecretBytes serialize(const json::Object& object) {
  SecretBytes out;
  append(out, object);
  out.append("\n");
  return out;
}

template <class Use>
void Renderer::presented(const Target& target, const json::Object& stored, Use use) const {
  const std::string wanted = api_version_of(target.kind->group, target.version->version);
  if (text(stored, "apiVersion") == wanted && text(stored, "kind") == target.kind->kind) {
    use(stored);
    return;
  }
  json::Object copy = registry_.present(*target.kind, *target.version, stored);
  use(copy);
}

void Renderer::append_one(SecretBytes& out, const Target& target, const json::Object& stored, Accepted accepted,
                          bool with_columns) const {
  presented(target, stored, [&](const json::Object& object) {
    if (accepted.form == Form::kObject) {
      append(out, object);
    } else if (accepted.form == Form::kPartial) {
      append(out, partial_metadata(object));
    } else {
      json::Array rows{table_row(target.version->columns, object, accepted.include, clock_.now())};
      append(out, make_table(target.version->columns, std::move(rows), revision_meta(object), with_columns));
    }
  });
}

SecretBytes Renderer::one(const Target& target, const json::Object& stored, Accepted accepted) const {
  SecretBytes out;
  append_one(out, target, stored, accepted, true);
  out.append("\n");
  return out;
}

SecretBytes Renderer::many(const Target& target, const std::vector<ObjectPtr>& items, const ListMeta& meta,
                           Accepted accepted) const {
  SecretBytes out;
  if (accepted.form == Form::kTable) {
    json::Array rows;
    for (const ObjectPtr& item : items) {
      presented(target, *item, [&](const json::Object& object) {
        rows.push_back(table_row(target.version->columns, object, accepted.include, clock_.now()));
      });
    }
    append(out, make_table(target.version->columns, std::move(rows), list_meta(meta), true));
    out.append("\n");
    return out;
  }
  const bool partial = accepted.form == Form::kPartial;
  json::Object head;
  head["kind"] = partial ? std::string("PartialObjectMetadataList") : target.kind->list_kind;
  head["apiVersion"] =
      partial ? std::string("meta.k8s.io/v1") : api_version_of(target.kind->group, target.version->version);
  head["metadata"] = list_meta(meta);
  std::string opening = boost::json::serialize(head);
  opening.back() = ',';
  out.append(opening);
  out.append(R"("items":[)");
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out.append(",");
    presented(target, *items[i], [&](const json::Object& object) {
      if (partial) {
        append(out, partial_metadata(object));
      } else {
        append(out, object);
      }
    });
  }
  out.append("]}\n");
  return out;
}

SecretBytes Renderer::event(const Target& target, std::string_view type, const json::Object& stored, Accepted accepted,
                            bool first) const {
  SecretBytes out;
  open_event(out, type);
  append_one(out, target, stored, accepted, first);
  out.append("}\n");
  return out;
}

SecretBytes Renderer::bookmark(const Target& target, std::uint64_t revision, bool initial_end,
                               Accepted accepted) const {
  json::Object object;
  const bool partial = accepted.form == Form::kPartial;
  object["kind"] = partial ? std::string("PartialObjectMetadata") : target.kind->kind;
  object["apiVersion"] =
      partial ? std::string("meta.k8s.io/v1") : api_version_of(target.kind->group, target.version->version);
  json::Object meta;
  meta["resourceVersion"] = std::to_string(revision);
  if (initial_end) {
    json::Object annotations;
    annotations["k8s.io/initial-events-end"] = "true";
    meta["annotations"] = std::move(annotations);
  }
  object["metadata"] = std::move(meta);
  SecretBytes out;
  open_event(out, "BOOKMARK");
  if (accepted.form == Form::kTable) {
    json::Object row;
    json::Array cells(target.version->columns.size());
    row["cells"] = std::move(cells);
    row["object"] = partial_metadata(object);
    append(out, make_table(target.version->columns, json::Array{std::move(row)}, revision_meta(object), false));
  } else {
    append(out, object);
  }
  out.append("}\n");
  return out;
}

SecretBytes Renderer::error_event(const Failure& failure) {
  SecretBytes out;
  open_event(out, "ERROR");
  append(out, to_status(failure));
  out.append("}\n");
  return out;
}

}  // namespace rotor::apiserver
