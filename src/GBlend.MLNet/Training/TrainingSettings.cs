using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// All that decides a training, checked and resolved: plain values, no columns, no hosts. What users can say has no default here; the trainer's options
/// have.
/// </summary>
internal sealed record TrainingSettings
{
    public required IReadOnlyList<ModalitySpec> Modalities { get; init; }

    /// <summary>What takes part in the answer without being a part of a network.</summary>
    public IReadOnlyList<IMemberTrainer> Members { get; init; } = [];

    public required Blending Blending { get; init; }

    public required Fusion Fusion { get; init; }

    public required Answer Answer { get; init; }

    /// <summary>Which networks the model has where rows are divided into folds.</summary>
    public required FinalNetworks FinalNetworks { get; init; }

    /// <summary>Whether the model is to answer rows that lack modalities.</summary>
    public required bool LeavesOutMissing { get; init; }

    public required int NumberOfEpochs { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>The most rows of a batch that are computed at once; <see langword="null"/> for all.</summary>
    public required int? MicroBatchSize { get; init; }

    public required double LearningRate { get; init; }

    public required Optimizer Optimizer { get; init; }

    public required double WeightDecay { get; init; }

    public required LearningRateSchedule LearningRateSchedule { get; init; }

    /// <summary>Largest L2 norm of a step's gradient (in trial trainings, of a branch's); 0 for no clipping.</summary>
    public required double GradientClipping { get; init; }

    /// <summary>Epochs without a better held-out loss after which training stops; <see langword="null"/> for never.</summary>
    public required int? EarlyStoppingPatience { get; init; }

    public required FinalWeights FinalWeights { get; init; }

    /// <summary>Epochs for which the joint head is fitted again on the frozen encoders at the end; 0 for not at all.</summary>
    public required int RefitJointHeadEpochs { get; init; }

    public required bool Shuffle { get; init; }

    public required int Seed { get; init; }

    public required TrainingDevice Device { get; init; }

    /// <summary>
    /// The CUDA device that <see cref="TrainingDevice.Auto"/> and <see cref="TrainingDevice.Cuda"/> take; <see langword="null"/> for the first.
    /// </summary>
    public required int? GpuDeviceId { get; init; }

    /// <summary>Whether the absence of a GPU that was asked for by <see cref="GpuDeviceId"/> is met by the CPU.</summary>
    public required bool FallbackToCpu { get; init; }

    /// <summary>Threads of torch's operations; <see langword="null"/> for what suits the network.</summary>
    public required int? NumberOfThreads { get; init; }

    /// <summary>The coverage that prediction sets promise; <see langword="null"/> for none.</summary>
    public double? PredictionSetCoverage { get; init; }

    /// <summary>Whether the branches of an estimate may train at the same time; the result is the same either way.</summary>
    public bool TrainsSideBySide { get; init; } = true;

    /// <summary>Whether features of frozen encoders are computed once; the result is the same but for rounding.</summary>
    public bool ComputesFrozenFeaturesOnce { get; init; } = true;

    /// <summary>What networks compute in: float32, bfloat16 when asked for, and float64 for checks against references.</summary>
    public required ScalarType Precision { get; init; }

    /// <summary>What losses are computed in.</summary>
    public ScalarType LossPrecision => Precision == ScalarType.BFloat16 ? ScalarType.Float32 : Precision;

    /// <summary>The learning rate of an epoch.</summary>
    internal double LearningRateOf(int epoch) => LearningRate * LearningRateSchedule.Factor(epoch, NumberOfEpochs);

    /// <summary>The seed of something random in the fit: the same for the same purpose and number, whatever was drawn before.</summary>
    internal int SeedOf(string purpose, int number = 0) => Seeds.Derive(Seed, purpose, number);

    /// <summary>Training rows on which losses are measured at most; the held-out rows are all measured.</summary>
    public int TrainLossRows { get; init; } = 1024;
}
