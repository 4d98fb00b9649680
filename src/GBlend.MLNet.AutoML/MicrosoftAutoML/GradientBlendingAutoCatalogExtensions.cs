using GBlend.MLNet;
using GBlend.MLNet.AutoML;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.AutoML;

/// <summary>The way from Microsoft.ML.AutoML to the Gradient Blending trainer.</summary>
public static class GradientBlendingAutoCatalogExtensions
{
    /// <summary>
    /// Makes a sweepable trainer for pipelines and experiments of Microsoft.ML.AutoML. It stops within a batch when the experiment is canceled or its
    /// time is over; a training that diverges fails its trial, the first one too, and does not end the experiment. A combination of settings that
    /// the space does not accept is tried as the nearest one that it does.
    /// </summary>
    /// <param name="catalog"><c>mlContext.Auto()</c>.</param>
    /// <param name="options">
    /// The trainer's options. What does not vary stays as it is here. What varies begins here, or, where the space does not hold the trainer's value, at the
    /// nearest one that it holds; a warning in the context's log then names both.
    /// </param>
    /// <param name="space">What varies; by default <see cref="SweepSpaces.For(GradientBlendingTrainer.Options)"/> the options.</param>
    /// <param name="task">Which catalog's trainer it is.</param>
    /// <returns>The sweepable trainer, for one experiment at a time.</returns>
    /// <exception cref="ArgumentException">The options have no modality, or the space is over other settings or for other columns.</exception>
    public static SweepableEstimator GradientBlending(this AutoCatalog catalog, GradientBlendingTrainer.Options options, SweepSpace? space = null,
        SweepTask task = SweepTask.Multiclass)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        space = SweepSpaces.Fitted(space ?? SweepSpaces.For(options), options);
        var bridge = new SearchSpaceBridge(new ForeignSpace(space, options));
        bool isSaid = bridge.Note is null;
        return new SweepableEstimator(
            (context, parameter) =>
            {
                // The catalog has no log; the first trial has.
                if (!isSaid)
                {
                    using var channel = ((IChannelProvider)context).Start("Sweep");
                    channel.Warning(MessageSensitivity.UserData | MessageSensitivity.Schema, bridge.Note);
                    isSaid = true;
                }
                return new SweptTrainer(context, task, options, bridge.PointOf(parameter));
            },
            bridge.SearchSpace);
    }
}
