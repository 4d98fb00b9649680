using System.Diagnostics.Metrics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Serving.Tests;

/// <summary>What a service says of itself, and of the modalities that rows had.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Requests_rows_and_what_they_lack_are_counted()
    {
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == ServingMetrics.Name)
                own.EnableMeasurementEvents(instrument);
        }
        };
        void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string name = instrument.Name;
            foreach (var tag in tags)
                name += $" {tag.Value}";
            lock (seen)
                seen[name] = seen.GetValueOrDefault(name) + (instrument.Name.EndsWith("duration", StringComparison.Ordinal) ? 1 : value);
        }
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.Start();

        // Other tests serve at the same time, so that a column of this model alone tells it from theirs.
        using var service = new Service(Train);
        var response = await service.Client.PostAsync("/predict", Json("""[{"Nose": [1, 2]}, {"Nose": [1, 2], "Ear": [3]}, {"Ear": [3]}]"""));
        var rows = (await Service.Json(response))["predictions"]!.AsArray();
        Assert.Equal(["[true,false]", "[true,true]", "[false,true]"], rows.Select(row => row!["PresentModalities"]!.ToJsonString()));
        await service.Client.PostAsync("/predict", Json("no rows"));
        listener.RecordObservableInstruments();
        lock (seen)
        {
            Assert.Equal((1, 1), (seen["gblend.serving.rows.lacking Nose"], seen["gblend.serving.rows.lacking Ear"]));
            Assert.True(seen["gblend.serving.request.duration 200"] >= 1 && seen["gblend.serving.request.duration 400"] >= 1);
            Assert.True(seen["gblend.serving.rows"] >= 3 && seen["gblend.serving.batch.rows"] >= 3 && seen.ContainsKey("gblend.serving.queue.rows"));
        }
    }

    private static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");

    private static void Train(string path)
    {
        var ml = new MLContext(seed: 1);
        var random = new Random(1);
        var view = ml.Data.LoadFromEnumerable<Animal>([.. Enumerable.Range(0, 60).Select(i => new Animal
        {
            Label = i % 2 == 0,
            Nose = [i % 2 + (float)random.NextDouble(), 0],
            Ear = [(float)random.NextDouble()],
        })]);
        var model = ml.BinaryClassification.Trainers.GradientBlending(new GBlend.MLNet.GradientBlendingTrainer.Options
        {
            Modalities = { GBlend.MLNet.Modality.Vector("Nose"), GBlend.MLNet.Modality.Vector("Ear") },
            MissingValues = GBlend.MLNet.MissingValues.LeaveOutModality,
            Blending = GBlend.MLNet.Blending.Equal(),
            NumberOfEpochs = 1,
        }).Fit(view);
        ml.Model.Save(model, view.Schema, path);
    }

    private sealed class Animal
    {
        public bool Label { get; set; }

        [VectorType(2)]
        public float[] Nose { get; set; } = [];

        [VectorType(1)]
        public float[] Ear { get; set; } = [];
    }
}
