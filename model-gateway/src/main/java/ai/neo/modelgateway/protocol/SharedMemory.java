package ai.neo.modelgateway.protocol;

import io.grpc.Status;

/**
 * Memory that callers would share, by its kind. It is not offered: there are no regions and none
 * can be registered. To unregister what is not there is right, as by Triton.
 */
public enum SharedMemory {
  SYSTEM("system"),
  CUDA("CUDA");

  private final String shown;

  SharedMemory(String shown) {
    this.shown = shown;
  }

  /** Of all regions, of which there are none, when the name is empty; otherwise NOT_FOUND. */
  public void requireStatus(String region) throws RefusedRequestException {
    if (!region.isEmpty()) {
      throw RefusedRequestException.of(
          Status.Code.NOT_FOUND,
          "Unable to find " + shown + " shared memory region: '" + region + "'");
    }
  }

  /** UNIMPLEMENTED. */
  public static RefusedRequestException notOffered() {
    return RefusedRequestException.of(
        Status.Code.UNIMPLEMENTED, "Client shared memory is not offered.");
  }
}
