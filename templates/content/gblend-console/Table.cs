using System.Globalization;
using GBlend.MLNet;
using GBlend.MLNet.Reports;
using Microsoft.ML;
using Microsoft.ML.Data;

// data.csv has the columns Label, Person, 4 numbers of a motion sensor, 6 numbers of a pulse sensor. Put yours here, and its columns into Row below.
const string file = "data.csv";
if (!File.Exists(file))
    MakeUpData(file);

var ml = new MLContext(seed: 1);                                  // the seed makes the training repeatable, bit for bit
IDataView all = ml.Data.LoadFromTextFile<Row>(file, separatorChar: ',', hasHeader: true);
var split = ml.Data.TrainTestSplit(all, testFraction: 0.25, samplingKeyColumnName: nameof(Row.Person));

var options = new GradientBlendingTrainer.Options
{
    Modalities = { Modality.Vector(nameof(Row.Motion)), Modality.Vector(nameof(Row.Pulse)) },
    SamplingKeyColumnName = nameof(Row.Person),                   // all rows of a person are on one side
    NumberOfEpochs = 30,
    Progress = new Progress<TrainingProgress>(p => Console.Error.Write($"\r{p.Phase} {p.Fraction:P0}   ")),
};
var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
    .Append(ml.Transforms.NormalizeMeanVariance(nameof(Row.Motion), fixZero: false))
    .Append(ml.Transforms.NormalizeMeanVariance(nameof(Row.Pulse), fixZero: false))
    .Append(ml.MulticlassClassification.Trainers.GradientBlending(options))
    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

var clock = System.Diagnostics.Stopwatch.StartNew();
ITransformer model = pipeline.Fit(split.TrainSet);
Console.Error.WriteLine();

var report = TrainingReport.Create(model, split.TestSet, new() { Trainer = options, TrainingTime = clock.Elapsed });
Console.WriteLine(report.Verdict);
Console.WriteLine($"Report: {report.Save("report.html")}");
ml.Model.Save(model, all.Schema, "model.zip");
Console.WriteLine($"Model: {Path.GetFullPath("model.zip")}");

using var engine = ml.Model.CreatePredictionEngine<Row, Prediction>(model);
var prediction = engine.Predict(new Row { Motion = [1.5f, 0.5f, 0.5f, 1.5f], Pulse = [0.5f, 0.5f, 1.5f, 0.5f, 0.5f, 1.5f] });
Console.WriteLine($"One row: {prediction.PredictedLabel} ({prediction.Score.Max():P0})");

static void MakeUpData(string path)
{
    var random = new Random(1);
    string Number(bool isLarge) => (random.NextDouble() + (isLarge ? 0.6 : 0)).ToString("F4", CultureInfo.InvariantCulture);
    string Line(int i)
    {
        int activity = random.Next(3);
        string numbers = string.Join(',', Enumerable.Range(0, 10).Select(k => Number(k % 3 == activity)));
        return $"{((string[])["rest", "walk", "run"])[activity]},person {i % 40},{numbers}";
    }
    File.WriteAllLines(path, [$"Label,Person,{string.Join(',', Enumerable.Range(0, 10))}", .. Enumerable.Range(0, 400).Select(Line)]);
    Console.WriteLine($"There was no {path}, so made-up rows were written there.");
}

public class Row
{
    [LoadColumn(0)] public string Label { get; set; } = "";
    [LoadColumn(1)] public string Person { get; set; } = "";
    [LoadColumn(2, 5), VectorType(4)] public float[] Motion { get; set; } = [];
    [LoadColumn(6, 11), VectorType(6)] public float[] Pulse { get; set; } = [];
}

public class Prediction
{
    public string PredictedLabel { get; set; } = "";
    public float[] Score { get; set; } = [];
}
