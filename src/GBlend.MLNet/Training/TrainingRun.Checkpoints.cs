using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>A run that was interrupted goes on from its checkpoint.</summary>
internal sealed partial class TrainingRun
{
    private const string ModelSettings = "model.json", ModelWeights = "model.safetensors";

    private static string ModelMember(int index) => $"model.member.{index}.bin";

    /// <summary>The model of a run that is over; <see langword="null"/> of one that is not.</summary>
    /// <exception cref="InvalidDataException">The model's files are truncated or altered.</exception>
    private static TrainedModel? FinishedModel(CheckpointFolder folder, TrainingSettings settings, ITrainingHost host)
    {
        if (!folder.IsFinished)
            return null;
        host.Info("The training in CheckpointFolder is over; its model is taken from there.");
        using MemoryStream description = new(folder.Read(ModelSettings)), weights = new(folder.Read(ModelWeights));
        var members = Enumerable.Range(0, int.MaxValue).Select(ModelMember).TakeWhile(folder.Has).Select(folder.Read);
        return TrainedModel.Load(description, weights, settings.Device, settings.GpuDeviceId, settings.FallbackToCpu,
            [.. members.Select(content => settings.Members[0].Load(content))]);
    }

    /// <summary>Leaves the model in place of the checkpoint.</summary>
    private static void Keep(TrainedModel model, CheckpointFolder folder, int seed)
    {
        using MemoryStream settings = new(), weights = new();
        model.Save(settings, weights);
        CheckpointPart[] members = [.. model.SaveMembers().Select((content, i) => new CheckpointPart(ModelMember(i), 0, stream => stream.Write(content)))];
        folder.Write(new Checkpoint(seed, [], [new(ModelSettings, 0, settings.WriteTo), new(ModelWeights, 0, weights.WriteTo), .. members]), isFinished: true);
    }

    /// <summary>All that the run needs to go on, while none of its networks is in the midst of a step.</summary>
    internal Checkpoint ToCheckpoint()
    {
        var parts = new List<CheckpointPart>();
        var values = new JsonObject
        {
            ["epochsDone"] = EpochsDone,
            ["isOver"] = IsOver,
            ["work"] = _progress.Work,
            ["records"] = _records.Save(),
            ["folds"] = new JsonArray([.. Trained.Select(fold => fold.Save())]),
            ["best"] = _best.Save(parts),
            ["networks"] = new JsonArray([.. Networks.Select((network, i) => network.Save(EpochsDone, i, parts))]),
        };
        foreach (var (i, fold) in Trained.Index())
            fold.SaveMembers(i, parts);
        return new(_settings.Seed, values, parts);
    }

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="InvalidDataException">It is truncated or altered.</exception>
    private void GoOnFrom(CheckpointFolder folder)
    {
        if (folder.Values is not { } values)
            return;
        Refusal.Of("The values of the checkpoint", CheckpointManifest.Remedy, () =>
        {
            _records.Load(values.Object("records"));
            IsOver = values.Flag("isOver");
            _progress.Resume(values["work"]!.GetValue<long>(), EpochsDone);
            var (folds, networks) = (values.Objects("folds"), values.Objects("networks"));
            if (EpochsDone != values.Whole("epochsDone") || EpochsDone > _settings.NumberOfEpochs || folds.Length != Trained.Count()
                || networks.Length != Networks.Count())
                throw new InvalidDataException($"The checkpoint contradicts itself. {CheckpointManifest.Remedy}");
            foreach (var (i, fold) in Trained.Index())
            {
                fold.Load(folds[i]);
                fold.LoadMembers(i, folder);
            }
            _best.Load(values.Object("best"), folder, _answer.Judged);
            foreach (var (i, network) in Networks.Index())
                network.Load(EpochsDone, i, networks[i], folder);
            return true;
        });
        _progress.Info($"The training goes on from its checkpoint, in which {EpochsDone} of {_settings.NumberOfEpochs} epochs are done.");
    }
}
