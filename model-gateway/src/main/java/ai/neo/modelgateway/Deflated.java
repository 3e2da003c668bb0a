package ai.neo.modelgateway;

import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import java.io.InputStream;
import java.util.zip.InflaterInputStream;

/** Reads messages that are compressed as zlib does; gRPC for Java knows only gzip by itself. */
final class Deflated implements Decompressor {

  /** Every encoding that clients of the protocol send. */
  static DecompressorRegistry andGzip() {
    return DecompressorRegistry.getDefaultInstance().with(new Deflated(), true);
  }

  @Override
  public String getMessageEncoding() {
    return "deflate";
  }

  @Override
  public InputStream decompress(InputStream compressed) {
    return new InflaterInputStream(compressed);
  }
}
