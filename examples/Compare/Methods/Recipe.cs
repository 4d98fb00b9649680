using GBlend.MLNet;

namespace Compare;

/// <summary>One way to train, which gives one or more methods: a network with several heads has several answers.</summary>
/// <param name="Name">Its name on the command line and, but for <see cref="Singles"/>, of its plain answer in the tables.</param>
/// <param name="Blending">Of the network; <see langword="null"/> for the trainer's default.</param>
internal sealed record Recipe(string Name, Func<Blending>? Blending)
{
    public const string Auto = "auto", AutoUntuned = "auto-untuned", Naive = "naive", Equal = "equal", EqualOnes = "equal-ones", Singles = "singles";
    public const string Single = "single", Separate = "separate", SeparateLogits = "separate-logits", PoolSuffix = "+pool", FoldsSuffix = "-folds";
    public const string AutoSingle = "auto-1";

    /// <summary>The folds of the baselines that are cross-fitted.</summary>
    private const int Folds = 5;

    /// <summary>The methods that a default has to beat. Each is trained to the last epoch, and also taken at its best held-out epoch.</summary>
    public static readonly string[] Baselines = [Naive, Equal, Separate, Single];

    /// <summary>Other forms of the baselines, which make a harder bar.</summary>
    public static readonly string[] BaselineVariants = [SeparateLogits, EqualOnes];

    /// <summary>The baselines with what the default has: folds over all training and held-out rows.</summary>
    public static readonly string[] CrossFittedBaselines = [
        Naive + FoldsSuffix, Equal + FoldsSuffix, Separate + FoldsSuffix, SeparateLogits + FoldsSuffix, Single + FoldsSuffix];

    /// <summary>All of them, in the order in which they are run.</summary>
    public static readonly IReadOnlyList<Recipe> All =
    [
        new(Auto, null) { IsPooled = true, IsCrossFitted = true },
        new(AutoUntuned, null) { IsPooled = true, IsCrossFitted = true, IsUntuned = true },
        new(AutoSingle, () => GBlend.MLNet.Blending.Auto(folds: 1)) { IsPooled = true },
        new(Naive, GBlend.MLNet.Blending.None) { HasBestEpoch = true },
        new(Equal, GBlend.MLNet.Blending.Equal) { HasBestEpoch = true },
        new(Singles, GBlend.MLNet.Blending.Separate) { HasBestEpoch = true },
        new(Naive + FoldsSuffix, () => GBlend.MLNet.Blending.None() with { Folds = Folds }) { HasBestEpoch = true, IsCrossFitted = true },
        new(Equal + FoldsSuffix, () => GBlend.MLNet.Blending.Equal() with { Folds = Folds }) { HasBestEpoch = true, IsCrossFitted = true },
        new(Singles + FoldsSuffix, () => GBlend.MLNet.Blending.Separate() with { Folds = Folds }) { HasBestEpoch = true, IsCrossFitted = true },
        new("online", () => GBlend.MLNet.Blending.Online()),
        new("dgl", () => GBlend.MLNet.Blending.Dgl()),
        new("mlb", () => GBlend.MLNet.Blending.Mlb()),
        new("mmpareto", () => GBlend.MLNet.Blending.MmPareto()),
        new("ogm-ge", () => GBlend.MLNet.Blending.OgmGe()),
        new("umt", () => GBlend.MLNet.Blending.Umt()),
        new("frozen", () => GBlend.MLNet.Blending.UniModalStart(freeze: true)),
        new("fine-tuned", () => GBlend.MLNet.Blending.UniModalStart()),
        new("sequential", () => GBlend.MLNet.Blending.Sequential()),
        new("midas", () => GBlend.MLNet.Blending.Midas()),
        new("mcr", () => GBlend.MLNet.Blending.Mcr()),
        new("offline", () => GBlend.MLNet.Blending.Offline()),
        new("published", () => GBlend.MLNet.Blending.Online(guards: BlendingGuards.Published)),
        new(EqualOnes, () => GBlend.MLNet.Blending.By(() => new EqualOnesStrategy())) { HasBestEpoch = true },
    ];

    /// <summary>Whether the best held-out epoch is a treatment of its own, beside the last one.</summary>
    public bool HasBestEpoch { get; private init; }

    /// <summary>Whether the held-out rows are training rows like the others, and folds of all of them say what generalizes.</summary>
    public bool IsCrossFitted { get; private init; }

    /// <summary>Whether it is networks of one modality each, which give several methods.</summary>
    public bool IsSingles => Name is Singles or Singles + FoldsSuffix;

    /// <summary>What the names of the methods of <see cref="Singles"/> end in.</summary>
    public string Suffix => Name == Singles + FoldsSuffix ? FoldsSuffix : "";

    /// <summary>Whether only its pooled answer is of interest, which then has the plain name.</summary>
    public bool IsPooled { get; private init; }

    /// <summary>Whether rate and epochs are the trainer's own defaults, with no search.</summary>
    public bool IsUntuned { get; private init; }

    public IReadOnlyList<Treatment> Treatments => HasBestEpoch ? [Treatment.Last, Treatment.Best] : [Treatment.Last];

    /// <summary>The result that every finished unit of the recipe has.</summary>
    public string MainMethod => IsSingles ? Single + Suffix : Name;

    public static IReadOnlyList<Recipe> Named(IEnumerable<string> names)
    {
        var wanted = names.Select(n => n is Single or Separate or SeparateLogits ? Singles
            : n is Single + FoldsSuffix or Separate + FoldsSuffix or SeparateLogits + FoldsSuffix ? Singles + FoldsSuffix
            : n.EndsWith(PoolSuffix, StringComparison.Ordinal) ? n[..^PoolSuffix.Length] : n).ToHashSet();
        if (wanted.FirstOrDefault(n => All.All(r => r.Name != n)) is { } unknown)
            throw new UserErrorException($"There is no method '{unknown}'. There are: {string.Join(", ", All.Select(r => r.Name))}.");
        return [.. All.Where(r => wanted.Contains(r.Name))];
    }

    /// <summary>Equal auxiliary losses that are simply added up, instead of Blending.Equal's, whose encoders feel one whole loss.</summary>
    private sealed class EqualOnesStrategy : BalanceStrategy
    {
        public override EpochPlan OnEpoch(EpochView epoch) => new([.. Enumerable.Repeat(1.0, epoch.Modalities.Count + 1)]);
    }
}

/// <summary>Which epoch's network is taken, and how its rate is chosen.</summary>
internal enum Treatment
{
    /// <summary>The last epoch's; the rate of the highest held-out accuracy, or for pools of the lowest held-out loss.</summary>
    Last,

    /// <summary>The epoch of the lowest held-out loss; the rate of the lowest.</summary>
    Best,
}
