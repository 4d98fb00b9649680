using GBlend.MLNet;
using QuickStart;

namespace Compare;

/// <summary>One way to train, which gives one or more methods: a network with several heads has several answers.</summary>
/// <param name="Name">Its name on the command line and, but for <see cref="Singles"/>, of its plain answer in the tables.</param>
/// <param name="Blending">Of the network; <see langword="null"/> for the trainer's default.</param>
internal sealed record Recipe(string Name, Func<Blending>? Blending)
{
    public const string Auto = "auto", AutoUntuned = "auto-untuned", Naive = "naive", Equal = "equal", EqualOnes = "equal-ones", Singles = "singles";
    public const string Single = "single", Separate = "separate", SeparateLogits = "separate-logits", PoolSuffix = "+pool";

    /// <summary>The methods that a default has to beat. Each is trained to the last epoch, and also taken at its best held-out epoch.</summary>
    public static readonly string[] Baselines = [Naive, Equal, Separate, Single];

    /// <summary>Other forms of the baselines, which make a harder bar.</summary>
    public static readonly string[] BaselineVariants = [SeparateLogits, EqualOnes];

    /// <summary>All of them, in the order in which they are run.</summary>
    public static readonly IReadOnlyList<Recipe> All =
    [
        new(Auto, null) { IsPooled = true },
        new(AutoUntuned, null) { IsPooled = true, IsUntuned = true },
        new(Naive, GBlend.MLNet.Blending.None) { HasBestEpoch = true },
        new(Equal, GBlend.MLNet.Blending.Equal) { HasBestEpoch = true },
        new(Singles, GBlend.MLNet.Blending.Separate) { HasBestEpoch = true },
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

    /// <summary>Whether only its pooled answer is of interest, which then has the plain name.</summary>
    public bool IsPooled { get; private init; }

    /// <summary>Whether rate and epochs are the trainer's own defaults, with no search.</summary>
    public bool IsUntuned { get; private init; }

    public IReadOnlyList<Treatment> Treatments => HasBestEpoch ? [Treatment.Last, Treatment.Best] : [Treatment.Last];

    /// <summary>The result that every finished unit of the recipe has.</summary>
    public string MainMethod => Name == Singles ? Single : Name;

    public static IReadOnlyList<Recipe> Named(IEnumerable<string> names)
    {
        var wanted = names.Select(n => n is Single or Separate or SeparateLogits ? Singles : n.EndsWith(PoolSuffix, StringComparison.Ordinal) ? n[..^PoolSuffix.Length] : n).ToHashSet();
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
