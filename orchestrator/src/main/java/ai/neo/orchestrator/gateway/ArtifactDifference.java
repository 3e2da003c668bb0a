package ai.neo.orchestrator.gateway;

import ai.neo.proto.registry.v1.Artifact;
import ai.neo.proto.registry.v1.Lineage;
import ai.neo.proto.registry.v1.ModelVersion;
import com.google.protobuf.ByteString;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** How two versions differ: what is said about them, and what is in them. */
public final class ArtifactDifference {
  private static final int CHECKSUM_BYTES = 4;

  private ArtifactDifference() {}

  /** Only what differs; {@code artifact} says how much of the content does. */
  public static JsonObject between(Artifact a, Artifact b) {
    ModelVersion from = a.getVersion();
    ModelVersion to = b.getVersion();
    return new JsonObject()
        .put("from", from.getVersion())
        .put("to", to.getVersion())
        .put("metadata", changed(metadata(from), metadata(to)))
        .put("metrics", changed(new TreeMap<>(from.getMetricsMap()), to.getMetricsMap()))
        .put("lineage", changed(lineage(from), lineage(to)))
        .put("artifact", content(from, a.getContent(), b.getContent(), to));
  }

  private static Map<String, Object> metadata(ModelVersion version) {
    Map<String, Object> all = new TreeMap<>();
    all.put("digest", version.getDigest());
    all.put("format", version.getFormat());
    all.put("feature_set_id", version.getFeatureSetId());
    all.put("data", version.getDataDescription());
    all.put("created_by", version.getCreatedBy());
    all.put("created_at", version.getCreatedAt());
    all.put("size_bytes", version.getSizeBytes());
    return all;
  }

  private static Map<String, Object> lineage(ModelVersion version) {
    Lineage lineage = version.getLineage();
    Map<String, Object> all = new TreeMap<>();
    all.put("parent_version", version.getParentVersion());
    all.put("dataset_manifest", lineage.getDatasetManifest());
    all.put("dataset_digest", lineage.getDatasetDigest());
    all.put("code", lineage.getCode());
    all.put(
        "learner_journal_offset",
        lineage.hasLearnerJournalOffset() ? lineage.getLearnerJournalOffset() : "");
    return all;
  }

  private static JsonObject changed(Map<String, ?> from, Map<String, ?> to) {
    JsonObject changed = new JsonObject();
    TreeSet<String> names = new TreeSet<>(from.keySet());
    names.addAll(to.keySet());
    for (String name : names) {
      if (!Objects.equals(from.get(name), to.get(name))) {
        changed.put(name, new JsonObject().put("from", from.get(name)).put("to", to.get(name)));
      }
    }
    return changed;
  }

  private static JsonObject content(
      ModelVersion from, ByteString a, ByteString b, ModelVersion to) {
    JsonObject found = new JsonObject().put("same_bytes", a.equals(b));
    if (from.getFormat().equals("onnx") && to.getFormat().equals("onnx")) {
      OnnxOutline one = OnnxOutline.of(a);
      OnnxOutline other = OnnxOutline.of(b);
      found.put("operators", changed(one.operators(), other.operators()));
      found.put("tensors", changed(one.tensors(), other.tensors()));
      found.put("weights", one.weightsAgainst(other));
    } else if (from.getFormat().equals("neo-djl") && to.getFormat().equals("neo-djl")) {
      found.put("parameters", parameters(floats(a), floats(b)));
    }
    return found;
  }

  /** The parameters of Neo's own networks: a count and as many numbers before the checksum. */
  static float[] floats(ByteString content) {
    ByteBuffer bytes = ByteBuffer.wrap(content.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    int end = bytes.limit() - CHECKSUM_BYTES;
    for (int count = 1; end - Float.BYTES * count - Integer.BYTES >= 0; count++) {
      int at = end - Float.BYTES * count;
      if (bytes.getInt(at - Integer.BYTES) == count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
          values[i] = bytes.getFloat(at + Float.BYTES * i);
        }
        return values;
      }
    }
    return new float[0];
  }

  static JsonObject parameters(float[] a, float[] b) {
    JsonObject found = new JsonObject().put("from", a.length).put("to", b.length);
    if (a.length != b.length) {
      return found;
    }
    int differ = 0;
    double largest = 0;
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = Math.abs((double) a[i] - b[i]);
      differ += Float.floatToRawIntBits(a[i]) == Float.floatToRawIntBits(b[i]) ? 0 : 1;
      largest = Math.max(largest, difference);
      squares += difference * difference;
    }
    return found.put("differ", differ).put("largest", largest).put("norm", Math.sqrt(squares));
  }
}
