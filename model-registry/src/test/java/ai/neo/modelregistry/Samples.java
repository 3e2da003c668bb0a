package ai.neo.modelregistry;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Artifacts, good ones and parts of hostile ones. */
public final class Samples {
  private Samples() {}

  /** A file of the test resources, such as the ONNX models that Python's onnx package wrote. */
  public static ByteString resource(String name) {
    try (InputStream in = Samples.class.getResourceAsStream("/artifacts/" + name)) {
      return ByteString.readFrom(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static ByteString neoDjl(int seed) {
    return ByteString.copyFromUtf8("NEOM parameters of the network number " + seed);
  }

  public static ByteString torchScript() {
    return zip("m/data.pkl", "m/code/__torch__.py", "m/constants.pkl", "m/version");
  }

  public static ByteString zip(String... names) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(("content of " + name).getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }

  public static ByteString bytes(int... bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int b : bytes) {
      out.write(b);
    }
    return ByteString.copyFrom(out.toByteArray());
  }

  /** A length-delimited protobuf field. */
  public static ByteString field(int number, ByteString content) {
    ByteString.Output out = ByteString.newOutput();
    var coded = CodedOutputStream.newInstance(out);
    try {
      coded.writeBytes(number, content);
      coded.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteString();
  }

  /** A varint protobuf field. */
  public static ByteString field(int number, int value) {
    ByteString.Output out = ByteString.newOutput();
    var coded = CodedOutputStream.newInstance(out);
    try {
      coded.writeInt32(number, value);
      coded.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteString();
  }

  /** A whole ONNX model around the fields of its one graph. */
  public static ByteString onnx(ByteString graphFields) {
    ByteString node = field(1, field(4, ByteString.copyFromUtf8("Relu")));
    return field(1, 8).concat(field(7, node.concat(graphFields))).concat(field(8, field(2, 17)));
  }
}
