"""Made forecast.pt beside it, with PyTorch 2.15: python forecast.py. Prints what it answers."""
import pathlib

import torch

torch.manual_seed(4)


class Forecast(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(4, 8, batch_first=True)
        self.norm = torch.nn.BatchNorm1d(8)
        self.drop = torch.nn.Dropout(0.5)
        self.move = torch.nn.Linear(8, 3)
        self.risk = torch.nn.Linear(8, 1)

    def forward(self, window):
        steps, _ = self.lstm(window)
        last = self.drop(self.norm(steps[:, -1]))
        return torch.softmax(self.move(last), 1), self.risk(last)


model = Forecast()
model.train()
model(torch.randn(64, 5, 4))  # The batch norm's statistics are no longer 0 and 1.
model.eval()
window = (torch.arange(40).reshape(2, 5, 4) % 7 - 3) / 4.0
print([output.flatten().tolist() for output in model(window)])
model.train()  # Saved as training left it: whoever serves it has to switch dropout off.
torch.jit.script(model).save(pathlib.Path(__file__).with_suffix(".pt"))
