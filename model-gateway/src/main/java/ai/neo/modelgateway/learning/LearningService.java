package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.proto.learning.v1.FreezeRequest;
import ai.neo.proto.learning.v1.GetLearnerStatusRequest;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.PromoteRequest;
import ai.neo.proto.learning.v1.RollbackRequest;
import ai.neo.proto.learning.v1.SwapReceipt;
import ai.neo.proto.learning.v1.TrainHeader;
import ai.neo.proto.learning.v1.TrainProgress;
import ai.neo.proto.learning.v1.TrainRequest;
import ai.neo.proto.learning.v1.TrainRows;
import ai.neo.proto.learning.v1.WatchModelsRequest;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegisterRequest;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Training, learning and the swap, over gRPC. Its calls block, so the server gives them threads of
 * their own; the calls of one model's learner wait for each other.
 */
public final class LearningService extends LearningServiceGrpc.LearningServiceImplBase
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LearningService.class);

  private final LearningSettings settings;
  private final ServingCatalog catalog;
  private final VersionRegistry registry;
  private final Map<String, Learner> learners = new ConcurrentHashMap<>();

  public LearningService(
      LearningSettings settings, ServingCatalog catalog, VersionRegistry registry) {
    this.settings = settings;
    this.catalog = catalog;
    this.registry = registry;
  }

  @Override
  public StreamObserver<TrainRequest> train(StreamObserver<TrainProgress> reply) {
    return new StreamObserver<>() {
      private TrainHeader header;
      private RowBuffer rows;

      @Override
      public void onNext(TrainRequest part) {
        switch (part.getPartCase()) {
          case HEADER -> {
            header = part.getHeader();
            rows = new RowBuffer(header.getFeatures());
          }
          case ROWS -> add(part.getRows());
          case PART_NOT_SET -> throw invalid("an empty part");
        }
      }

      private void add(TrainRows more) {
        if (rows == null) {
          throw invalid("rows came before the header");
        }
        rows.add(more);
      }

      @Override
      public void onError(Throwable error) {
        LOG.warn("a training was given up by its caller", error);
      }

      @Override
      public void onCompleted() {
        try {
          if (header == null) {
            throw invalid("no header came");
          }
          reply.onNext(trainAndRegister(header, rows.rows(), reply));
          reply.onCompleted();
        } catch (IllegalArgumentException e) {
          reply.onError(invalid(e.getMessage()));
        } catch (StatusRuntimeException e) {
          reply.onError(e);
        } catch (ModelRefusedException e) {
          reply.onError(refused(e));
        }
      }
    };
  }

  private TrainProgress trainAndRegister(
      TrainHeader header, Trainer.Rows rows, StreamObserver<TrainProgress> reply)
      throws ModelRefusedException {
    int epochs = header.getEpochs() == 0 ? settings.epochs() : header.getEpochs();
    Trainer.Trained trained =
        new Trainer(settings)
            .train(
                rows,
                header.getFeatureSetId(),
                header.getSeed(),
                epochs,
                (epoch, loss, accuracy) ->
                    reply.onNext(progress(epoch, epochs, loss, accuracy).build()));
    ModelVersion version =
        registry.register(
            RegisterRequest.newBuilder()
                .setModel(header.getModel())
                .setArtifact(ByteString.copyFrom(trained.network().toBytes()))
                .setFormat(DirectionNetwork.FORMAT)
                .setFeatureSetId(header.getFeatureSetId())
                .setDataDescription(header.getDataDescription())
                .putMetrics("loss", trained.loss())
                .putMetrics("held_out_accuracy", trained.heldOutAccuracy())
                .setActor("trainer")
                .setReason("trained on " + rows.count() + " rows")
                .build());
    if (catalog.champion(header.getModel()).isEmpty()) {
      catalog.promote(header.getModel(), version.getVersion(), "", "trainer", "the first version");
    }
    return progress(epochs, epochs, trained.loss(), trained.heldOutAccuracy())
        .setModelVersion(version.getVersion())
        .setModelDigest(version.getDigest())
        .build();
  }

  private static TrainProgress.Builder progress(
      int epoch, int epochs, double loss, double accuracy) {
    return TrainProgress.newBuilder()
        .setEpoch(epoch)
        .setEpochs(epochs)
        .setLoss(loss)
        .setHeldOutAccuracy(accuracy);
  }

  @Override
  public void learn(LearnRequest request, StreamObserver<LearnResponse> reply) {
    Learner learner = learner(request.getModel());
    answer(
        reply,
        () -> {
          synchronized (learner) {
            return learner.learn(request);
          }
        });
  }

  @Override
  public void promote(PromoteRequest request, StreamObserver<SwapReceipt> reply) {
    answer(
        reply,
        () ->
            catalog.promote(
                request.getModel(),
                request.getVersion(),
                request.getExpectedChampion(),
                request.getActor(),
                request.getReason()));
  }

  @Override
  public void rollback(RollbackRequest request, StreamObserver<SwapReceipt> reply) {
    answer(
        reply, () -> catalog.rollback(request.getModel(), request.getActor(), request.getReason()));
  }

  @Override
  public void freeze(FreezeRequest request, StreamObserver<LearnerStatus> reply) {
    Learner learner = learner(request.getModel());
    answer(
        reply,
        () -> {
          synchronized (learner) {
            learner.freeze(request.getFrozen(), request.getReason());
            return learner.status();
          }
        });
  }

  @Override
  public void getLearnerStatus(
      GetLearnerStatusRequest request, StreamObserver<LearnerStatus> reply) {
    Learner learner = learner(request.getModel());
    answer(
        reply,
        () -> {
          synchronized (learner) {
            return learner.status();
          }
        });
  }

  @Override
  public void watchModels(WatchModelsRequest request, StreamObserver<ModelChange> reply) {
    ServerCallStreamObserver<ModelChange> call = (ServerCallStreamObserver<ModelChange>) reply;
    AutoCloseable watch =
        catalog.watch(
            request.getModel(),
            change -> {
              synchronized (call) {
                if (!call.isCancelled()) {
                  call.onNext(change);
                }
              }
            });
    call.setOnCloseHandler(() -> close(watch));
    call.setOnCancelHandler(() -> close(watch));
  }

  private static void close(AutoCloseable watch) {
    try {
      watch.close();
    } catch (Exception e) {
      LOG.warn("a watch did not close", e);
    }
  }

  private Learner learner(String model) {
    return learners.computeIfAbsent(model, name -> new Learner(name, settings, catalog, registry));
  }

  private static <T> void answer(StreamObserver<T> reply, Callable<T> work) {
    try {
      T answer = work.call();
      reply.onNext(answer);
      reply.onCompleted();
    } catch (ModelRefusedException e) {
      reply.onError(refused(e));
    } catch (StatusRuntimeException e) {
      reply.onError(e);
    } catch (Exception e) {
      LOG.error("a call failed", e);
      reply.onError(
          Status.INTERNAL.withDescription(String.valueOf(e.getMessage())).asRuntimeException());
    }
  }

  private static StatusRuntimeException refused(ModelRefusedException e) {
    return Status.FAILED_PRECONDITION.withDescription(e.getMessage()).asRuntimeException();
  }

  private static StatusRuntimeException invalid(String reason) {
    return Status.INVALID_ARGUMENT.withDescription(reason).asRuntimeException();
  }

  @Override
  public void close() {
    learners.values().forEach(Learner::close);
  }
}
