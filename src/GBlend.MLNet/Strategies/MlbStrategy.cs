using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>
/// MLB ("Multimodal Learning Balance", BMVC 2024): equal auxiliary losses, and per step a factor below 2 that is above 1 for the modalities
/// whose heads lag behind the others' and below 1 for those ahead.
/// </summary>
internal sealed class MlbStrategy(double alpha) : BalanceStrategy
{
    private EpochPlan? _plan;
    private LearningTask _task;

    public override StrategyNeeds Needs => StrategyNeeds.Heads | StrategyNeeds.TrueScores;

    public override EpochPlan OnEpoch(EpochView epoch)
    {
        _task = epoch.Task;
        return _plan ??= new EpochPlan([.. Enumerable.Repeat(1.0, epoch.Modalities.Count + 1)]);
    }

    public override JsonObject? SaveState() => new() { ["task"] = _task.ToString() };

    public override void LoadState(JsonObject state) => _task = state.Choice<LearningTask>("task");

    public override StepScales? OnStep(StepView step) => new(Coefficients(step.TrueScores, alpha, _task == LearningTask.Regression)) { ScaleHeads = true };

    /// <summary>1 + tanh(alpha (m - 1)), m the mean of the others' scores over the own one; with errors in place of scores the other way round.</summary>
    internal static double[] Coefficients(IReadOnlyList<double> scores, double alpha, bool areErrors) => [.. scores.Select((own, i) =>
    {
        double others = Math.Max(scores.Where((_, j) => j != i).Average(), 1e-12), mine = Math.Max(own, 1e-12);
        return 1 + Math.Tanh(alpha * ((areErrors ? mine / others : others / mine) - 1));
    })];
}
