using GBlend.MLNet;

namespace Examples;

/// <summary>What the examples' options call answers and optimizers.</summary>
internal static class NamedChoices
{
    public static IReadOnlyList<(string Name, Answer Value)> Answers { get; } =
        [("joint", Answer.Joint), ("best", Answer.BestHead), ("mean", Answer.MeanOfHeads), ("pool", Answer.Pool), ("auto", Answer.Auto)];

    public static IReadOnlyList<(string Name, Optimizer Value)> Optimizers { get; } = [
        ("sgd", Optimizer.Sgd()), ("adam", Optimizer.Adam()), ("adamw", Optimizer.AdamW())];
}
