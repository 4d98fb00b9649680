namespace Recipes;

/// <summary>One experiment of the paper as plain data: <c>--show</c> prints it, <c>--recipe</c> and <c>--set</c> change it.</summary>
internal sealed record Recipe
{
    /// <summary>Its name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>Which of the experiments on this set.</summary>
    public required string Variant { get; init; }

    /// <summary>One line about it.</summary>
    public required string About { get; init; }

    public required DataSetKind Data { get; init; }

    /// <summary>Videos drawn from the set; <see langword="null"/> for all.</summary>
    public Subset? Subset { get; init; }

    /// <summary>RGB, OF (optical flow) and A (sound), in the order of the networks' branches.</summary>
    public required IReadOnlyList<string> Modalities { get; init; }

    /// <summary>The network for RGB, and another one of its kind for optical flow.</summary>
    public required Backbone Visual { get; init; }

    /// <summary>The network for sound, on log-mel spectrograms of 100 frames x 40 bands.</summary>
    public required Backbone Audio { get; init; }

    /// <summary>Hidden widths of the joint head, above the joined features.</summary>
    public required IReadOnlyList<int> FusionWidths { get; init; }

    public required ClipSettings Clip { get; init; }

    public required Schedule Training { get; init; }

    public required TestProtocol Test { get; init; }

    /// <summary>What is trained: see <see cref="Blends"/>.</summary>
    public required IReadOnlyList<string> Blends { get; init; }

    /// <summary>Published weights for <c>fixed</c>; the first that has the modalities and the target is taken.</summary>
    public IReadOnlyList<PublishedWeights> Weights { get; init; } = [];
}

internal enum DataSetKind
{
    Kinetics,
    Sports1M,
    AudioSet,
    EpicKitchens,
}

/// <summary>A seeded draw of videos, see <see cref="SubsetDraw"/>.</summary>
internal sealed record Subset
{
    /// <summary>Classes kept, those with the most training videos; <see langword="null"/> for all.</summary>
    public int? Classes { get; init; }

    public required int TrainVideos { get; init; }

    public required int TestVideos { get; init; }

    public int Seed { get; init; }
}

/// <summary>A residual network.</summary>
internal sealed record Backbone
{
    /// <summary>r3d, r2plus1d, ir-csn, ip-csn or resnet (sound).</summary>
    public required string Family { get; init; }

    public required int Depth { get; init; }

    /// <summary>What all channel counts are multiplied by.</summary>
    public double Width { get; init; } = 1;
}

/// <summary>What a network sees of a video.</summary>
internal sealed record ClipSettings
{
    public required int Frames { get; init; }

    /// <summary>Every how many frames of the video one is taken.</summary>
    public required int Stride { get; init; }

    /// <summary>The height that frames are scaled to; their width is cut to four thirds of it.</summary>
    public required int ShortSide { get; init; }

    /// <summary>The side of the square that is cut out at random while training.</summary>
    public required int Crop { get; init; }

    public bool Flip { get; init; } = true;

    /// <summary>The width of the frames that are kept.</summary>
    public int KeptWidth() => ShortSide * 4 / 3 / 2 * 2;
}

/// <summary>How the networks are trained.</summary>
internal sealed record Schedule
{
    /// <summary>Passes over the training clips.</summary>
    public required int Epochs { get; init; }

    /// <summary>Clips taken at random places of each training video; all of them are seen in an epoch.</summary>
    public required int ClipsPerVideo { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>Clips that are computed at a time, where memory does not hold a batch; normalization then sees that many. <see langword="null"/> for
    /// the whole batch.</summary>
    public int? MicroBatchSize { get; init; }

    /// <summary>Computes in bfloat16, with weights in float32.</summary>
    public bool BFloat16 { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>Epochs in which the rate rises to its value.</summary>
    public int WarmUpEpochs { get; init; }

    /// <summary>The epochs from which on the rate is a tenth of what it was.</summary>
    public IReadOnlyList<int> RateFallsAt { get; init; } = [];

    public double Momentum { get; init; } = 0.9;

    public double WeightDecay { get; init; }

    /// <summary>Dropout on the joined features, for the blend <c>dropout</c>.</summary>
    public double Dropout { get; init; } = 0.5;

    /// <summary>The share of the training videos on which the weights are measured.</summary>
    public required double HeldOut { get; init; }

    /// <summary>Epochs between two estimates of online G-Blend, and of the first one.</summary>
    public required int SuperEpoch { get; init; }

    public required int FirstSuperEpoch { get; init; }

    /// <summary>published: the paper's bare rule; default: with the library's guards.</summary>
    public string Guards { get; init; } = "published";

    /// <summary>joint: the paper's answer; auto: the library's.</summary>
    public string Answer { get; init; } = "joint";

    public int Seed { get; init; } = 1;
}

/// <summary>How a trained network is tested.</summary>
internal sealed record TestProtocol
{
    /// <summary>Clips spread evenly over the video, whose scores are averaged.</summary>
    public required int Clips { get; init; }

    /// <summary>1: the middle; 3: left, middle and right.</summary>
    public required int Crops { get; init; }
}

/// <summary>Weights that the authors published for a blend.</summary>
/// <param name="Modalities">In their order.</param>
/// <param name="Values">One per modality, the joint one last.</param>
/// <param name="Source">Where they stand.</param>
internal sealed record PublishedWeights(IReadOnlyList<string> Modalities, IReadOnlyList<double> Values, string Source)
{
    /// <summary>The task, where a set has several; <see langword="null"/> for all.</summary>
    public string? Target { get; init; }
}
