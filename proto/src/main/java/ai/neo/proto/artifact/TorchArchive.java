package ai.neo.proto.artifact;

import com.google.protobuf.ByteString;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells TorchScript from the other zip archives by the names in it; nothing is unpacked. */
final class TorchArchive {
  private TorchArchive() {}

  /** Returns TORCHSCRIPT, or refuses the archive and says what it is. */
  static ArtifactFormat check(ByteString content) {
    Set<String> names = ZipListing.names(content);
    Set<String> roots =
        names.stream()
            .map(name -> name.substring(0, Math.max(0, name.indexOf('/'))))
            .collect(Collectors.toSet());
    if (roots.size() == 1) {
      String root = roots.iterator().next() + "/";
      boolean data = names.contains(root + "data.pkl");
      boolean constants = names.contains(root + "constants.pkl");
      boolean code = names.stream().anyMatch(name -> name.startsWith(root + "code/"));
      if (data && constants && code) {
        return ArtifactFormat.TORCHSCRIPT;
      }
    }
    throw ArtifactFormat.refused(looksLike(names));
  }

  private static String looksLike(Set<String> names) {
    if (names.stream().anyMatch(name -> name.endsWith(".pkl"))) {
      return "it looks like a PyTorch checkpoint (torch.save): a zip around a Python pickle, which"
          + " runs arbitrary code when it is read; export the model to ONNX instead";
    }
    if (names.stream().anyMatch(name -> name.endsWith(".npy"))) {
      return "it looks like NumPy arrays (npz); export the model to ONNX instead";
    }
    if (names.contains("META-INF/MANIFEST.MF")) {
      return "it looks like a Java archive";
    }
    return "it looks like a zip archive of %d files, not a model".formatted(names.size());
  }
}
