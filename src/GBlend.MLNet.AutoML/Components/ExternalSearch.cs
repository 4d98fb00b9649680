using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GBlend.MLNet.AutoML;

/// <summary>
/// The settings of a Gradient Blending trainer as another library's search varies them: what varies and where the search begins, and trainers for the
/// plain values (numbers, strings, bools) that the search chooses. <c>mlContext.Auto().GradientBlending(...)</c> is made of it for Microsoft.ML.AutoML; any
/// other tuner can be connected in the same way.
/// </summary>
public sealed class ExternalSearch
{
    private readonly GradientBlendingTrainer.Options _options;
    private readonly SweepTask _task;
    private readonly ForeignSpace _space;
    private int _isSaid;

    /// <summary>Creates the search's view of a trainer.</summary>
    /// <param name="options">
    /// The trainer's options. What does not vary stays as it is here. What varies begins here, or, where the space does not hold the trainer's value, at
    /// the nearest one that it holds.
    /// </param>
    /// <param name="space">The space; by default <see cref="SweepSpaces.For(GradientBlendingTrainer.Options)"/> the options.</param>
    /// <param name="task">The catalog that the trainer is of; by default multi-class classification.</param>
    /// <exception cref="ArgumentException">The options have no modality, or the space is over other settings or for other columns.</exception>
    public ExternalSearch(GradientBlendingTrainer.Options options, SweepSpace? space = null, SweepTask task = SweepTask.Multiclass)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _task) = (options, task);
        _space = new ForeignSpace(SweepSpaces.Fitted(space ?? SweepSpaces.For(options), options), options);
        Settings = [.. _space.Settings.Select(s => s.Setting)];
    }

    /// <summary>The settings that vary, each with more than one value.</summary>
    public IReadOnlyList<SweepSetting> Settings { get; }

    /// <summary>
    /// A sentence on the settings for which the search does not begin at the trainer's own value; <see langword="null"/> where it begins there for all of
    /// them. The first trainer that is made writes it to the context's log as a warning.
    /// </summary>
    public string? Note => _space.Note;

    /// <summary>Gives the value at which the search begins.</summary>
    /// <param name="setting">One of <see cref="Settings"/>.</param>
    /// <returns>A number, a bool, a string or an enumeration's value.</returns>
    /// <exception cref="ArgumentException">The setting is not one of those that vary.</exception>
    public object StartOf(SweepSetting setting) => _space.Settings.FirstOrDefault(s => s.Setting == setting)?.Start
        ?? throw new ArgumentException("The setting is not one of those that this search varies.", nameof(setting));

    /// <summary>
    /// Makes the trainer for values that the search has chosen. A combination that the space does not accept is trained as the nearest one that it does; where
    /// there is none near it, and where the training diverges, fitting throws an <see cref="OperationCanceledException"/> that says so, which ends the
    /// trial and not the search. It frees what earlier models that nobody uses have left in native memory.
    /// </summary>
    /// <param name="context">The context of the trial, whose cancellation stops a fit within a batch.</param>
    /// <param name="valueOf">
    /// Gives the chosen value of a setting: a string (also for an enumeration), a bool or a number. A number outside of a range is brought into it.
    /// </param>
    /// <returns>The trainer.</returns>
    public IEstimator<ITransformer> CreateTrainer(MLContext context, Func<SweepSetting, object> valueOf)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(valueOf);
        if (Note is not null && Interlocked.Exchange(ref _isSaid, 1) == 0)
        {
            using var channel = ((IChannelProvider)context).Start("Sweep");
            channel.Warning(MessageSensitivity.UserData | MessageSensitivity.Schema, Note);
        }
        return new SweptTrainer(context, _task, _options, _space.PointOf(valueOf));
    }
}
